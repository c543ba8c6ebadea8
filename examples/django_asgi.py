"""The asgi.py of a Django project that receives results next to Django's own pages.

In a project: take `Terugweg` and `application` over in your asgi.py, and leave `settings.configure` out, because there
DJANGO_SETTINGS_MODULE says it. To try it as it stands, in a folder with a doorstroom.toml that has [serve]:

    pip install django
    python examples/django_asgi.py

Results are taken in at https://<host>:<port>/doorstroom/leerlingresultaat; everything else goes to Django. The receiver is
mounted in front of Django and not as a view: Django does not show a view which certificate the caller has.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

from doorstroom_client import Client

MOUNT = "/doorstroom/"


def alive(_: HttpRequest) -> HttpResponse:
    """A page of Django's own."""
    return HttpResponse("ok")


urlpatterns = [path("leeft", alive)]

if not settings.configured:
    settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["localhost"], SECRET_KEY="only-to-try-it")  # noqa: S106


class Terugweg:
    """Hands what comes below MOUNT to the receiver, and everything else to Django."""

    def __init__(self, client: Client, django: Any) -> None:
        self._client = client
        self._receiver = client.terugweg.asgi()
        self._django = django

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, or the life of the server from start to stop."""
        if scope["type"] == "lifespan":
            await self._receiver(scope, receive, send)
            self._client.close()
        elif scope["path"].startswith(MOUNT):
            await self._receiver(scope, receive, send)
        else:
            await self._django(scope, receive, send)


def make_application() -> Terugweg:
    """What asgi.py gives the name `application`."""
    return Terugweg(Client.from_config(), get_asgi_application())


if __name__ == "__main__":
    from serving import serve

    serve(make_application())
