"""Receipts that SMS providers push: `/api/receipts/<gateway>/<secret>`.

Who may: whoever knows the secret of `YUEBAN_SMS_RECEIPT_SECRET`, which the operator writes into the provider's console as
part of the address. It gives nothing away and changes nothing but what is known of messages already sent.
"""

from __future__ import annotations

from http import HTTPStatus
from secrets import compare_digest
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from yueban.domain.notices import operations as notices
from yueban.kernel import clock

if TYPE_CHECKING:
    from django.http import HttpRequest

SHORTEST_SECRET: Final = 16


@csrf_exempt
@require_POST
def receipts(request: HttpRequest, gateway: str, secret: str) -> HttpResponse:
    """Take what a provider reports; 404 for a wrong secret as for an address that is not there."""
    known = settings.SMS_RECEIPT_SECRET
    if len(known) < SHORTEST_SECRET or not compare_digest(secret.encode(), known.encode()):
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    try:
        return JsonResponse(notices.push(gateway, request.body, now=clock.now()), json_dumps_params=_CHINESE)
    except KeyError:
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    except RequestDataTooBig:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    except ValueError:
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)


_CHINESE: Final = {"ensure_ascii": False}
