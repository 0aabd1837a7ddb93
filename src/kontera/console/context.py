"""What every page needs."""

from django.http import HttpRequest


def everywhere(request: HttpRequest) -> dict[str, object]:
    """Nothing yet."""
    return {}
