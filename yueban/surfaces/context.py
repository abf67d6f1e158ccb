"""What the base template needs on every page of every surface."""

from django.http import HttpRequest

from yueban.kernel import clock
from yueban.surfaces.middleware import ELDER_COOKIE


def site(request: HttpRequest) -> dict[str, object]:
    """Give elder mode, the server's time, and whether that time is simulated."""
    return {
        "elder": request.COOKIES.get(ELDER_COOKIE) == "1",
        "now": clock.now(),
        "simulated": clock.simulated(),
    }
