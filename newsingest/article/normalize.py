"""Text → text, under a profile.

A profile is data: ordered steps of few kinds, each with its reason, in
`profiles/*.toml`. Here they are compiled: to the steps, to what makes the edits of each
for the way back, and to what does all of them at once where the text allows it.
"""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from newsingest.article import addresses, packaged
from newsingest.article.profiles import ProfileError
from newsingest.article.quick import Quick
from newsingest.article.steps import ADDRESSES, compile_step, rare_leads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from newsingest.article.align import Aligned, Alignment
    from newsingest.article.steps import Compiled

NAMES = ("light", "none", "search", "standard")
"""Our own profiles, which a start reads."""

PEERS = (
    "arabert",
    "arabic-norm",
    "arabic-normalize",
    "arabic-normalize-search",
    "camel",
    "camel-arclean",
    "camel-dediac",
    "camel-unicode",
    "lucene",
    "lucene-digits",
    "lucene-persian",
    "nfkc",
    "pyarabic",
    "pyarabic-alef",
    "pyarabic-tashkeel",
)
"""What other packages and search engines do, each as it does it."""


class Pass(NamedTuple):
    """Steps that are taken one after the other, or at once where the text allows it."""

    steps: tuple[Compiled, ...]
    quick: Quick | None

    @classmethod
    def of(cls, steps: tuple[Compiled, ...]) -> Pass:
        """Compile the quick form as well."""
        broad = any(step.broad for step in steps)
        return cls(steps, None if broad or not steps else Quick.of(steps))

    def __call__(self, text: str) -> str:
        """The text after the steps."""
        done = self.quick.apply(text) if self.quick else None
        return self.by_steps(text) if done is None else done

    def by_steps(self, text: str) -> str:
        """The text after the steps, one after the other."""
        leads = rare_leads(text) if self.steps else b""
        for step in self.steps:
            after = step.apply(text, leads)
            if after is not text:
                text = after
                leads = rare_leads(after) if step.adds is None else leads + step.adds
        return text

    def align(self, text: str) -> Aligned:
        """The text after the steps, and the way back."""
        from newsingest.article import align, edits  # noqa: PLC0415 - start-up

        whole = align.Alignment()
        for step in self.steps:
            if step.apply(text, rare_leads(text)) == text:
                continue  # told a hundred times as fast as by looking for edits
            made = step.plain()(text)
            text = edits.apply(made, text)
            whole = whole.then(align.Alignment.of(made))
        return align.Aligned(text, whole)


class Sparing(NamedTuple):
    """The same steps, of which some leave addresses alone.

    Addresses are looked for in what the steps `before` make of the text, where nothing
    unseen stands beside them or in them.
    """

    before: Pass
    behind: Pass
    last: Pass

    @classmethod
    def of(cls, steps: tuple[Compiled, ...], at: int) -> Sparing:
        """The step `at` says from where on; a last Unicode form is for all again."""
        end = len(steps) - bool(steps[-1].form)
        return cls(Pass.of(steps[:at]), Pass.of(steps[at:end]), Pass.of(steps[end:]))

    def __call__(self, text: str) -> str:
        """The text after the steps."""
        return self.last("".join(self._pieces(self.before(text))))

    def _pieces(self, text: str) -> Iterator[str]:
        at = 0
        for start, end in addresses.spans(text):
            yield self.behind(text[at:start])
            yield text[start:end]
            at = end
        yield self.behind(text[at:])

    def align(self, text: str) -> Aligned:
        """The text after the steps, and the way back."""
        from newsingest.article.align import (  # noqa: PLC0415 - start-up
            Aligned,
            Alignment,
        )

        first = self.before.align(text)
        at = 0
        parts: list[tuple[Alignment, int]] = []
        pieces: list[str] = []
        for start, end in (*addresses.spans(first.text), (len(first.text),) * 2):
            piece = self.behind.align(first.text[at:start])
            parts += (piece.alignment, start - at), (Alignment(), end - start)
            pieces += piece.text, first.text[start:end]
            at = end
        last = self.last.align("".join(pieces))
        middle = Alignment.side_by_side(parts)
        return Aligned(last.text, first.alignment.then(middle).then(last.alignment))


class Normalizer:
    """A compiled normalisation profile; call it with a text.

    >>> Normalizer.load("standard")("القُدس ٢٠٢٤، إلى info@example.com")
    'القدس 2024، الى info@example.com'
    """

    __slots__ = ("profile", "sparing", "whole", "why")

    def __init__(
        self,
        profile: str,
        why: str,
        whole: Pass,
        sparing: Callable[[], Sparing] | None = None,
    ) -> None:
        """Keep what `load` has compiled.

        `sparing` is made when the first text may hold an address: 1 ms of each start.
        """
        self.profile, self.why = profile, why
        self.whole, self.sparing = whole, sparing

    @classmethod
    def load(cls, profile: str, toml: str | None = None) -> Normalizer:
        """Compile a built-in profile by name, or one of your own from its TOML.

        Raises `ProfileError` for an unknown name or a mistake in the TOML.
        """
        return load(profile, toml)

    def __call__(self, text: str) -> str:
        """The text under the profile. Never raises on any `str`."""
        if self.sparing is None:
            return self.whole(text)
        quick = self.whole.quick
        done = quick.apply(text, spare=True) if quick else None
        if done is not None:
            return done
        return "".join(self._pieces(text, self.sparing()))

    def align(self, text: str) -> Aligned:
        """The text under the profile, and the way back to this one.

        Some ten times as slow as the text alone.

        >>> new, alignment = Normalizer.load("standard").align("مُحَمَّد ﷺ")
        >>> new, alignment.to_source(5, 8), alignment.to_target(0, 2)
        ('محمد صلى الله عليه وسلم', (9, 10), (0, 1))
        """
        steps = self.sparing() if self.sparing else self.whole
        return steps.align(text)

    def _pieces(self, text: str, sparing: Sparing) -> Iterator[str]:
        """Words that may be addresses, and what stands between them."""
        at = 0
        for start, end in addresses.doubtful(text):
            yield self.whole(text[at:start])
            yield sparing(text[start:end])
            at = end
        yield self.whole(text[at:])


@cache
def load(profile: str, toml: str | None = None) -> Normalizer:
    """Compile a built-in profile by name, or one of the user's own from its TOML.

    Raises `ProfileError` for an unknown name or a mistake in the TOML.
    """
    data = about(profile, toml)
    own = described(profile, toml)
    kinds = [step["kind"] for step in own]
    steps = tuple(compile_step(step) for step in own)
    return Normalizer(
        profile=data.get("name", profile),
        why=data.get("why", ""),
        whole=Pass.of(steps),
        sparing=cache(partial(Sparing.of, steps, kinds.index(ADDRESSES)))
        if ADDRESSES in kinds
        else None,
    )


def names() -> list[str]:
    """The built-in profiles: our own, then the peers'."""
    return [*NAMES, *PEERS]


def about(profile: str, toml: str | None = None) -> Mapping[str, Any]:
    """A profile as its TOML has it: `name`, `why`, `case`, `extends`, `step`."""
    return read(toml, profile) if toml is not None else _built_in(profile)


def described(profile: str, toml: str | None = None) -> list[dict[str, Any]]:
    """The steps of a profile as its TOML has them, those it extends first."""
    data = about(profile, toml)
    try:
        below = described(data["extends"]) if "extends" in data else []
    except ProfileError as error:
        raise ProfileError(f"profile {profile}: extends: {error}") from None
    return [*below, *data.get("step", ())]


def _built_in(profile: str) -> Mapping[str, Any]:
    if profile in PEERS:
        return read(packaged.text("profiles", profile), profile)
    if profile not in NAMES:
        known = ", ".join(names())
        raise ProfileError(f"no profile is called {profile!r}; there are {known}")
    return _own()[NAMES.index(profile)]


def read(toml: str, profile: str) -> dict[str, Any]:
    """The data of a profile's TOML. Raises `ProfileError` where it is none."""
    from newsingest.article import profilekeys  # noqa: PLC0415 - start-up

    return profilekeys.read(toml, profile)


@cache
def _own() -> list[dict[str, Any]]:
    return packaged.tables("profiles", NAMES, read)
