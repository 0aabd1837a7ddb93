"""What a process says of itself: one JSON object a line on stderr, ours and that of the libraries we use.

Decides what is left out: the values of local variables in a traceback (secrets are among them) and what is below the
wanted level.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog


def quiet_logs(*, errors_only: bool = False) -> None:
    """Structured logs on stderr: our own from `info` up, a library's from `warning` up (or all from `error` up)."""
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[*common, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR if errors_only else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.add_logger_name], processors=[remove, *last]
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.ERROR if errors_only else logging.WARNING, force=True)
    logging.getLogger("django.request").setLevel(logging.ERROR)  # who asks for pages that are not there is no news
