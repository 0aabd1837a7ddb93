"""Registers the tables with Django. Decides only the label under which they are known."""

from django.apps import AppConfig


class DbConfig(AppConfig):
    """Kontera's own tables."""

    name = "kontera.db"
    label = "kontera"
    default_auto_field = "django.db.models.BigAutoField"
