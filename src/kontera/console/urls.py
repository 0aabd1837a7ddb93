"""Addresses of the console. Every merchant's page has the merchant in its address, so that links can be sent and two
merchants can be open side by side."""

from __future__ import annotations

from django.contrib.staticfiles.views import serve
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_safe

from kontera.console.views import cases, connections, door, order, orders, rules, today, voucher


@require_safe
def static_file(request: HttpRequest, file: str) -> HttpResponseBase:
    """A style, script or picture of an installed package; the hub needs no web server in front."""
    try:
        response = serve(request, file, insecure=True)
    except (SuspiciousOperation, ValueError) as error:  # out of our folders, or no name of a file
        raise Http404(file) from error
    response["Cache-Control"] = "public, max-age=300"
    response["X-Content-Type-Options"] = "nosniff"
    return response


_MERCHANT: list[URLPattern | URLResolver] = [
    path("", today.today, name="merchant-today"),
    path("orders/", orders.orders, name="orders"),
    path("orders/export.csv", orders.export, name="orders-export"),
    path("orders/<int:pk>/", order.order, name="order"),
    path("orders/<int:pk>/facts/<int:version>/", order.fact, name="fact"),
    path("orders/<int:pk>/requests/", order.drawer, name="order-requests"),
    path("orders/<int:pk>/read-again/", order.read_again, name="read-again"),
    path("orders/<int:pk>/check-again/", order.check_again, name="check-again"),
    path("vouchers/<int:pk>/", voucher.voucher, name="voucher"),
    path("cases/", cases.cases, name="cases"),
    path("cases/<int:pk>/", cases.case, name="case"),
    path("cases/<int:pk>/release/", cases.release, name="case-release"),
    path("cases/<int:pk>/decide/", cases.decide, name="case-decide"),
    path("cases/<int:pk>/assign/", cases.assign, name="case-assign"),
    path("rules/", rules.rules, name="rules"),
    path("rules/<int:version>/", rules.rulebook, name="rulebook"),
    path("rules/<int:version>/rulebook.toml", rules.toml, name="rulebook-toml"),
    path("connections/", connections.connections, name="connections"),
    path("connections/<slug:code>/", connections.connection, name="connection"),
    path("connections/<slug:code>/readiness/", connections.readiness, name="connection-readiness"),
    path("connections/<slug:code>/switch/", connections.switch, name="connection-switch"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", door.home, name="today"),
    path("sign-in/", door.sign_in, name="sign-in"),
    path("sign-out/", door.sign_out, name="sign-out"),
    path("language/", door.language, name="language"),
    path("static/<path:file>", static_file, name="static-file"),
    path("m/<slug:merchant>/", include(_MERCHANT)),
]

handler404 = "kontera.console.views.door.not_found"
handler403 = "kontera.console.views.door.refused"
