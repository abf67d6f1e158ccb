"""Errors beside their fields."""

from yueban.kernel.errors import FieldError, InvalidInput


def test_a_message_is_translated_and_filled_by_the_surface() -> None:
    error = FieldError("phone", "bad_phone", "请等 %(seconds)s 秒。", {"seconds": 30})
    assert error.text() == "请等 30 秒。"
    assert error.text({"请等 %(seconds)s 秒。": "Wait %(seconds)s s."}.__getitem__) == "Wait 30 s."
    assert FieldError("name", "bad_name", "100%").text() == "100%"


def test_an_error_can_be_moved_into_a_larger_form() -> None:
    assert FieldError("phone", "bad_phone", "x").within("applicant").field == "applicant.phone"


def test_several_errors_are_one_exception() -> None:
    errors = [FieldError("name", "bad_name", "x"), FieldError("phone", "bad_phone", "y")]
    assert InvalidInput.of(errors).errors == errors
