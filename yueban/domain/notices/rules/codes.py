"""What providers and operators answer, in words. Their codes are stored; words are for people."""

from __future__ import annotations

from typing import Final

from yueban.kernel.errors import gettext_noop

NO_ANSWER: Final = "no_answer"
WORKER_DIED: Final = "worker_died"
NO_TEMPLATE: Final = "no_template"
UNREADABLE: Final = "unreadable"

WORDS: Final[dict[str, str]] = {
    NO_ANSWER: gettext_noop("短信平台没有答复，可能已经发出"),
    WORKER_DIED: gettext_noop("发送中断，可能已经发出"),
    NO_TEMPLATE: gettext_noop("这类短信还没有配置平台模板编号"),
    UNREADABLE: gettext_noop("号码或内容无法解密"),
    # operators, in the receipts of every provider
    "DELIVRD": gettext_noop("用户已收到"),
    "DELIVERED": gettext_noop("用户已收到"),
    "UNDELIV": gettext_noop("未能送达，可能关机、停机或空号"),
    "EXPIRED": gettext_noop("超过有效期，用户一直没有收到"),
    "REJECTD": gettext_noop("运营商拒收"),
    "DELETED": gettext_noop("运营商已删除"),
    "NOROUTE": gettext_noop("没有可用的发送通道"),
    "MOBILE_ACCOUNT_ABNORMAL": gettext_noop("用户号码异常"),
    "MOBILE_IN_BLACK": gettext_noop("用户在运营商黑名单中"),
    "MOBILE_TERMINAL_ERROR": gettext_noop("用户手机故障"),
    "CONTENT_KEYWORD": gettext_noop("内容含有被拦截的词"),
    "INVALID_NUMBER": gettext_noop("号码状态异常"),
    "NO_ROUTE": gettext_noop("没有可用的发送通道"),
    "SP_UNKNOWN_ERROR": gettext_noop("运营商未知错误"),
    # 阿里云
    "isv.BUSINESS_LIMIT_CONTROL": gettext_noop("对同一号码发送过于频繁"),
    "isv.DAY_LIMIT_CONTROL": gettext_noop("当天发送量已到平台上限"),
    "isv.AMOUNT_NOT_ENOUGH": gettext_noop("短信平台账户余额不足"),
    "isv.OUT_OF_SERVICE": gettext_noop("短信平台账户已停用"),
    "isv.ACCOUNT_ABNORMAL": gettext_noop("短信平台账户异常"),
    "isv.MOBILE_NUMBER_ILLEGAL": gettext_noop("手机号码不正确"),
    "isv.BLACK_KEY_CONTROL_LIMIT": gettext_noop("内容或号码在平台黑名单中"),
    "isv.SMS_TEMPLATE_ILLEGAL": gettext_noop("短信模板不存在或未通过审核"),
    "isv.SMS_SIGNATURE_ILLEGAL": gettext_noop("短信签名不存在或未通过审核"),
    "isv.TEMPLATE_MISSING_PARAMETERS": gettext_noop("短信模板缺少变量"),
    "isv.PARAM_LENGTH_LIMIT": gettext_noop("短信模板的变量太长"),
    "SignatureDoesNotMatch": gettext_noop("短信平台的密钥不正确"),
    "InvalidAccessKeyId.NotFound": gettext_noop("短信平台的密钥不存在"),
    # 腾讯云
    "LimitExceeded.PhoneNumberDailyLimit": gettext_noop("对同一号码当天发送过多"),
    "LimitExceeded.PhoneNumberThirtySecondLimit": gettext_noop("对同一号码发送过于频繁"),
    "FailedOperation.InsufficientBalanceInSmsPackage": gettext_noop("短信套餐余量不足"),
    "FailedOperation.PhoneNumberInBlacklist": gettext_noop("号码在平台黑名单中"),
    "FailedOperation.ContainSensitiveWord": gettext_noop("内容含有被拦截的词"),
    "FailedOperation.TemplateIncorrectOrUnapproved": gettext_noop("短信模板不存在或未通过审核"),
    "FailedOperation.SignatureIncorrectOrUnapproved": gettext_noop("短信签名不存在或未通过审核"),
    "InvalidParameterValue.IncorrectPhoneNumber": gettext_noop("手机号码不正确"),
    "InvalidParameterValue.TemplateParameterLengthLimit": gettext_noop("短信模板的变量太长"),
    "AuthFailure.SignatureFailure": gettext_noop("短信平台的密钥不正确"),
    "AuthFailure.SecretIdNotFound": gettext_noop("短信平台的密钥不存在"),
    # 中国移动云MAS
    "CM:0000": gettext_noop("用户已收到"),
    "IllegalMac": gettext_noop("短信平台的密钥不正确"),
    "InvalidUsrOrPwd": gettext_noop("短信平台的账号或密码不正确"),
    "IllegalSignId": gettext_noop("短信签名编码不正确"),
    "NoSignId": gettext_noop("没有短信签名编码"),
    "InvalidMessage": gettext_noop("短信平台认为内容不正确"),
}

HOPELESS: Final = frozenset(
    {
        NO_TEMPLATE,
        "isv.MOBILE_NUMBER_ILLEGAL",
        "isv.BLACK_KEY_CONTROL_LIMIT",
        "isv.PARAM_LENGTH_LIMIT",
        "isv.TEMPLATE_MISSING_PARAMETERS",
        "FailedOperation.PhoneNumberInBlacklist",
        "FailedOperation.ContainSensitiveWord",
        "InvalidParameterValue.IncorrectPhoneNumber",
        "InvalidParameterValue.TemplateParameterLengthLimit",
        "InvalidMessage",
    }
)
"""Refusals of this message itself: trying again changes nothing, so a person is told at once."""


def in_words(code: str) -> str:
    """Give the Chinese msgid of a code; one that nobody has written down stands for itself."""
    return WORDS.get(code, code)
