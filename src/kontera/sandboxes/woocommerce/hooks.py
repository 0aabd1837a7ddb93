"""/webhooks: list, read, create, change, delete.

Decides which topics exist and what a webhook's record looks like; the secret is never returned. Delivery is
`delivery.py`.
"""

from __future__ import annotations

import html
from typing import Any
from urllib.parse import urlsplit

from kontera.sandboxes.woocommerce.listing import arranged, chosen, dated, pages
from kontera.sandboxes.woocommerce.show import dates, links
from kontera.sandboxes.woocommerce.state import Hook, Json
from kontera.sandboxes.woocommerce.web import ApiError, Call, Endpoint, invalid

_HOOKS: dict[str, list[str]] = {
    "order.created": ["woocommerce_new_order"],
    "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
    "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
    "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
    "product.created": [
        "woocommerce_process_product_meta",
        "woocommerce_new_product",
        "woocommerce_new_product_variation",
    ],
    "product.updated": [
        "woocommerce_process_product_meta",
        "woocommerce_update_product",
        "woocommerce_update_product_variation",
    ],
    "product.deleted": ["wp_trash_post"],
    "product.restored": ["untrashed_post"],
    "customer.created": ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
    "customer.updated": ["profile_update", "woocommerce_update_customer"],
    "customer.deleted": ["delete_user"],
    "coupon.created": ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
    "coupon.updated": ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
    "coupon.deleted": ["wp_trash_post"],
    "coupon.restored": ["untrashed_post"],
}
_STATUSES = ("active", "paused", "disabled")


def endpoints() -> list[Endpoint]:
    """The routes of this module."""
    return [
        Endpoint("GET", "/webhooks", listed),
        Endpoint("POST", "/webhooks", created, "create"),
        Endpoint("GET", "/webhooks/{id:int}", read),
        Endpoint("PUT", "/webhooks/{id:int}", changed, "edit"),
        Endpoint("DELETE", "/webhooks/{id:int}", deleted, "delete"),
    ]


def hook(call: Call, one: Hook) -> Json:
    """A webhook as the API answers it."""
    resource, _, event = one.topic.partition(".")
    return {
        "id": one.id,
        "name": one.name,
        "status": one.status,
        "topic": one.topic,
        "resource": resource,
        "event": event,
        "hooks": _HOOKS.get(one.topic, [event]),
        "delivery_url": one.delivery_url,
        **dates(call.shop, date_created=one.created, date_modified=one.modified),
        "_links": links(call.base, f"webhooks/{one.id}", "webhooks"),
    }


def _find(call: Call) -> Hook:
    one = call.shop.hooks.get(call.number())
    if one is None:
        raise ApiError("woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", 404)
    return one


def listed(call: Call) -> Any:
    """A page of webhooks."""
    status = call.text("status", "all")
    rows = [one for one in call.shop.hooks.values() if status in {"all", one.status}]
    rows = dated(
        call, chosen(call, rows, lambda one: one.id), lambda one: one.created, lambda one: one.modified or one.created
    )
    keys: dict[str, Any] = {"date": lambda one: (one.created, one.id), "id": lambda one: one.id}
    return pages(call, arranged(call, rows, keys), lambda one: hook(call, one))


def read(call: Call) -> Any:
    """One webhook."""
    return hook(call, _find(call))


def _check(call: Call, topic: str, url: str) -> None:
    if topic not in _HOOKS and not topic.startswith("action.woocommerce_"):
        raise ApiError(
            "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic is required and must be valid.", 400
        )
    if urlsplit(url).scheme not in {"http", "https"}:
        message = "Webhook delivery URL must be a valid URL starting with http:// or https://."
        raise ApiError("woocommerce_rest_shop_webhook_invalid_delivery_url", message, 400)


def created(call: Call) -> Any:
    """A new webhook; the ping goes out, whatever comes of it."""
    body, shop = call.body, call.shop
    topic, url = str(body.get("topic", "")), str(body.get("delivery_url", ""))
    _check(call, topic, url)
    number = shop.number("hook")
    name = str(body.get("name") or f"Webhook created on {shop.now():%b %d, %Y @ %I:%M %p}")
    secret = html.unescape(str(body.get("secret") or f"sandbox-secret-{number}"))
    one = Hook(number, name, topic, url, secret, shop.now())
    one.status = str(body.get("status", "active"))
    answer = hook(call, one)
    shop.hooks[number] = one
    one.modified = shop.now()
    shop.emit("ping", number)
    return answer


def changed(call: Call) -> Any:
    """A change; `status` active brings a disabled webhook back."""
    one, body = _find(call), call.body
    status = str(body.get("status", one.status))
    if status not in _STATUSES:
        raise invalid("status", "status is not one of active, paused, and disabled.", "rest_not_in_enum")
    _check(call, str(body.get("topic", one.topic)), str(body.get("delivery_url", one.delivery_url)))
    if status == "active" and one.status != "active":
        one.failures, one.pending_ping = 0, True
    one.status = status
    one.name, one.topic = str(body.get("name", one.name)), str(body.get("topic", one.topic))
    if "delivery_url" in body and body["delivery_url"] != one.delivery_url:
        one.delivery_url, one.pending_ping = str(body["delivery_url"]), True
    if body.get("secret"):
        one.secret = html.unescape(str(body["secret"]))
    one.modified = call.shop.now()
    if one.status == "active" and one.pending_ping:
        call.shop.emit("ping", one.id)
    return hook(call, one)


def deleted(call: Call) -> Any:
    """Gone; a webhook cannot be trashed."""
    one = _find(call)
    if not call.flag("force"):
        raise ApiError("woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", 501)
    answer = hook(call, one)
    del call.shop.hooks[one.id]
    return answer
