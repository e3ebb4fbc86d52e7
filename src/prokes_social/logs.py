"""What happens in, one line of log an event out: JSON for machines, words in a terminal, and never a secret.

A line names deliveries and accounts by what they are called in campaign files; texts and names of persons stay out.
What a Secret ever handed out is taken out of every line and traceback again, and so is what looks like a token.
"""

import logging
import re
import sys
import threading
import traceback
from types import TracebackType
from typing import Any, TextIO

from prokes_social.keys import spoken_secrets

#: At DEBUG these write Authorization headers, signatures and addresses with tokens.
TALKATIVE = ("tweepy", "requests", "urllib3", "requests_oauthlib", "oauthlib", "facebook")
#: These tell of every tick, every statement with its values, or every chunk of a picture.
CHATTY = ("apscheduler", "sqlalchemy", "alembic", "PIL", "asyncio")

# Where nobody set logging up, as in tests and in the demo, Python would print our warnings as bare words.
logging.getLogger("prokes").addHandler(logging.NullHandler())

_PATTERNS = re.compile(
    r"((?:access_token|input_token|refresh_token|client_secret|fb_exchange_token|appsecret_proof|oauth_[a-z_]+|sig)"
    r"(?:=|%3D|\\?[\"']?:\s*)\\?[\"']?"
    r"|(?<![a-z_])code=|(?:Bearer|Basic) )[^\s&\"',;)<>\\]+",
    re.IGNORECASE,
)


def redact(text: str) -> str:
    """The text without secrets: those in use, and what stands where tokens stand."""
    for form in spoken_secrets():
        if form in text:
            text = text.replace(form, "***")
    return _PATTERNS.sub(r"\1***", text)


def set_up(level: str, *, rendering: str = "plain") -> None:
    """Log to stderr from here on, from `level` (debug, info, warning, error); rendering is plain, words or json."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Stderr)]:
        root.removeHandler(handler)
    handler = _Stderr()
    handler.setFormatter(_Clean(_formatter(rendering)))
    root.addHandler(handler)
    wanted = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(wanted)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(wanted, logging.INFO))
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(wanted, logging.WARNING))
    _guard_tracebacks()


def moved(*, delivery: int, account: str, status: str, owner: str) -> None:
    """One move of a delivery; `owner` is the publisher, or what else moved it."""
    level = logging.WARNING if status in ("uncertain", "held", "failed", "missed") else logging.INFO
    said = {"delivery": delivery, "account": account, "status": status, "owner": owner}
    logging.getLogger("prokes.delivery").log(level, "moved", extra=said)


def _guard_tracebacks() -> None:
    """Failures that nobody catches; where somebody else's hook stands, it stays."""
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print_clean
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda args: _print_clean(args.exc_type, args.exc_value, args.exc_traceback)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what stderr is at that moment: a progress view may have put itself in between."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        pass


class _Clean(logging.Formatter):
    """Another formatter's lines, tracebacks included, without secrets: the last thing before the stream."""

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        return redact(self._inner.format(record))


def _formatter(rendering: str) -> logging.Formatter:
    if rendering == "plain":
        return logging.Formatter("%(levelname)s %(name)s: %(message)s")
    return _structured(as_json=rendering == "json")


def _structured(*, as_json: bool) -> logging.Formatter:
    import structlog  # a third of a second, and only those who work for long need it
    from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name

    shared: list[Any] = [add_log_level, add_logger_name, ExtraAdder()]
    if as_json:
        shared.append(structlog.processors.TimeStamper(fmt="iso", utc=True))
        # Plain text: the structured form of tracebacks carries the values of variables.
        last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        shared.append(structlog.processors.TimeStamper(fmt="%H.%M.%S", utc=False))
        words = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        last = [words]
    return ProcessorFormatter(foreign_pre_chain=shared, processors=[ProcessorFormatter.remove_processors_meta, *last])


def _print_clean(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """A failure that nobody caught, on stderr as Python prints it, without secrets."""
    sys.stderr.write(redact("".join(traceback.format_exception(kind, error, trace))))
