"""A campaign file in, its text with a digest out; a changed text in, the file written whole and the old one kept.

Who saves says which text they had before them: where somebody else was faster nothing is written, and they are told.
Every text that was replaced is kept under `.prokes/campaign-history/`, so that each save can be taken back.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from prokes_social.errors import ContentError, FileChanged, SettingsError
from prokes_social.i18n import _
from prokes_social.loading.campaigns import campaign_files, digest
from prokes_social.loading.document import MAX_BYTES, read_plain
from prokes_social.store import audit

if TYPE_CHECKING:
    from prokes_social.app import App

HISTORY = "campaign-history"
#: Older texts of a file than this many are let go.
MOST_KEPT = 200
#: Before a text was replaced, the moment of that, a part of its digest and who replaced it.
_KEPT = re.compile(r"(\d{8}T\d{12})~([0-9a-f]{16})~([\w.@-]*)\.yaml", re.ASCII)
_NO_NAME = re.compile(r"[^\w.@-]", re.ASCII)
_STAMP = "%Y%m%dT%H%M%S%f"
#: What a list shows of a file, read without following its YAML.
_TOP = re.compile(r"^(id|title|starts_on|ends_on)[ \t]*:[ \t]*(.*)$", re.MULTILINE)
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file as it was read."""

    path: Path
    text: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Heading:
    """What a list of campaigns tells about a file, without following its YAML."""

    path: Path
    id: str  #: the `id` in the file, its name where there is none; no two files of a workspace share one
    campaign: str  #: the `id` in the file, as the queue knows it; empty where there is none
    title: str
    starts_on: str
    ends_on: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A text that was replaced."""

    version: str  #: names it among those of its file
    replaced_at: datetime
    replaced_by: str
    path: Path


class Texts:
    def __init__(self, app: "App") -> None:
        self._app = app
        self._headings: dict[Path, tuple[tuple[int, int], Heading]] = {}

    # --- what there is ---

    def all(self) -> list[Heading]:
        """Every campaign file of the workspace, each with an address of its own."""
        found = [self._heading(path) for path in campaign_files(self._app.settings.home)]
        used = {"new"}  # the page that begins one
        first = sorted(found, key=lambda each: each.path.stem != each.id)  # whose name says so has the better claim
        return sorted((_addressed(each, used) for each in first), key=lambda each: each.path.name)

    def find(self, name: str) -> Heading | None:
        """By its address: looked for among the files that there are, never taken as a path."""
        return next((each for each in self.all() if each.id == name), None)

    def sharing_id(self, campaign: str, path: Path) -> Path | None:
        """Another file that says to be the same campaign."""
        return next((each.path for each in self.all() if each.campaign == campaign and each.path != path), None)

    def read(self, path: Path) -> Text:
        """Raises ContentError where the file is gone, too large or no text."""
        text = read_plain(path, shown_as=self._shown(path))
        return Text(path=path, text=text, digest=digest(text))

    # --- saving ---

    def save(self, path: Path, text: str, *, base_digest: str, by: str, who: str = "command") -> Text:
        """Write `text` in place of the text with `base_digest`; an empty one makes a new file.

        `by` is a user's name and stays beside the kept text, `who` goes into the audit trail. Raises FileChanged where
        the file holds another text by now, ContentError where it is too large ever to be read again.
        """
        if len(text.encode()) > MAX_BYTES:
            raise ContentError(_("The text is larger than 1 MB and was not saved."), hint=_("Split it into several."))
        new = Text(path=path, text=text, digest=digest(text))
        # The trail is written first: on either database it lets one writer through at a time, in every process.
        with self._app.store.write() as tx:
            audit.add(
                tx, who=who, act="campaign.save", subject=f"campaign:{path.stem}", now=self._app.clock.now(),
                before=base_digest, after=new.digest,
            )  # fmt: skip
            old = self.read(path) if path.exists() else None
            if (old.digest if old else "") != base_digest:
                raise _changed(path, old)
            with _plain_errors():
                self._write(new, old, by)
        return new

    def _write(self, new: Text, old: Text | None, by: str) -> None:
        if old and old.digest != new.digest:
            self._keep(old, by)
        text = new.text.replace("\n", "\r\n") if old and "\r\n" in old.text else new.text
        _put(new.path.resolve(), text)

    # --- what was before ---

    def history(self, path: Path) -> list[Kept]:
        """The newest first."""
        folder = self._folder(path)
        found = (_KEPT.fullmatch(each.name) for each in folder.iterdir()) if folder.is_dir() else ()
        kept = (_kept(folder, each) for each in found if each)
        return sorted(kept, key=lambda each: each.version, reverse=True)

    def kept(self, path: Path, version: str) -> Text | None:
        """One of `history`, by its version."""
        found = next((each for each in self.history(path) if each.version == version), None)
        return self.read(found.path) if found else None

    def restore(self, path: Path, version: str, *, base_digest: str, by: str, who: str = "command") -> Text:
        """Put a kept text back in place; what it replaces is kept in turn. Raises as `save` does."""
        kept = self.kept(path, version)
        if kept is None:
            raise ContentError(_("There is no such older text of {file}.", file=self._shown(path)))
        return self.save(path, kept.text, base_digest=base_digest, by=by, who=who)

    def _keep(self, old: Text, by: str) -> None:
        folder = self._folder(old.path)
        folder.mkdir(parents=True, exist_ok=True)
        stamp = self._app.clock.now().astimezone(UTC).strftime(_STAMP)
        whom = _NO_NAME.sub("", by)[:60]
        _put(folder / f"{stamp}~{old.digest[:16]}~{whom}.yaml", old.text)
        for each in self.history(old.path)[MOST_KEPT:]:
            each.path.unlink(missing_ok=True)

    def _folder(self, path: Path) -> Path:
        return self._app.settings.state / HISTORY / path.name

    # --- headings ---

    def _heading(self, path: Path) -> Heading:
        """Read again only where the file has changed."""
        try:
            stat = path.stat()
        except OSError:
            return _headed(path, "")
        seen = (stat.st_mtime_ns, stat.st_size)
        known = self._headings.get(path)
        if known is None or known[0] != seen:
            known = seen, _headed(path, self._readable(path))
            self._headings[path] = known
        return known[1]

    def _readable(self, path: Path) -> str:
        try:
            return self.read(path).text
        except ContentError:
            return ""

    def _shown(self, path: Path) -> str:
        home = self._app.settings.home
        return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.name


def _headed(path: Path, text: str) -> Heading:
    said: dict[str, str] = {}
    for key, value in _TOP.findall(text):
        said.setdefault(key, _scalar(value))
    campaign = said.get("id", "") if _ID.fullmatch(said.get("id", "")) else ""
    return Heading(
        path=path, id=campaign or path.stem, campaign=campaign, title=said.get("title", "") or path.stem,
        starts_on=said.get("starts_on", ""), ends_on=said.get("ends_on", ""), digest=digest(text) if text else "",
    )  # fmt: skip


def _scalar(written: str) -> str:
    """A text on one line as YAML means it, near enough for a list."""
    written = written.strip()
    quoted = re.match(r"""(["'])(.*?)\1\s*(?:#.*)?$""", written)
    return quoted[2] if quoted else re.sub(r"\s+#.*$", "", written)[:300]


def _addressed(heading: Heading, used: set[str]) -> Heading:
    """With an address that no file before it has."""
    for name in (heading.id, heading.path.stem, heading.path.name):
        if name not in used:
            used.add(name)
            return replace(heading, id=name)
    raise AssertionError("no two files of a folder share a name")


def _kept(folder: Path, named: re.Match[str]) -> Kept:
    at = datetime.strptime(named[1], _STAMP).replace(tzinfo=UTC)
    return Kept(version=f"{named[1]}~{named[2]}", replaced_at=at, replaced_by=named[3], path=folder / named[0])


def _changed(path: Path, now: Text | None) -> FileChanged:
    if now is None:
        message = _("{file} was moved or deleted meanwhile; nothing was saved.", file=path.name)
        return FileChanged(message, hint=_("Keep your text somewhere, then make the campaign anew."), there=None)
    return FileChanged(
        _("Somebody else saved {file} meanwhile; nothing was overwritten.", file=path.name),
        hint=_("Look at what they changed, then decide which text stays."), there=now.text,
    )  # fmt: skip


def _put(path: Path, text: str) -> None:
    """All of the new text or all of the old one, whatever happens meanwhile."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What a disk says becomes an error with a hint."""
    try:
        yield
    except OSError as error:
        raise SettingsError(
            _("The file can't be written: {reason}.", reason=error.strerror or type(error).__name__),
            hint=_("Ask whoever looks after the server for free space and the right to write; keep your text."),
        ) from error
