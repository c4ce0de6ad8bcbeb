"""Dataclasses as of the standard library, at a third of its cost for a class that is frozen.

`dataclasses` compiles six methods for such a class, which takes 0.5 ms: that was a fifth of the time of
`grade SUBMISSION --only ID`. Here the classes share all methods but `__init__`. `noun` is for what users of the Python
interface get. `dataclass` is for all else, tens of thousands of objects a submission: that nobody assigns to a field of
theirs is checked by mypy alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["dataclass", "noun"]

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
    from dataclasses import dataclass as noun
else:
    import dataclasses
    from operator import attrgetter
    from reprlib import recursive_repr

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, eq: bool = True, slots: bool = False) -> Any:
        """As `dataclasses.dataclass`; what is frozen and has no slots gets the methods below, unless it has its own."""
        if cls is None:
            return lambda decorated: dataclass(decorated, frozen=frozen, eq=eq, slots=slots)
        if not frozen or slots:
            return dataclasses.dataclass(cls, frozen=frozen, eq=eq, slots=slots)
        made = dataclasses.dataclass(cls, repr=False, eq=False)
        # The class comes first, since attrgetter returns no tuple for one name.
        made._key = attrgetter("__class__", *(field.name for field in dataclasses.fields(made) if field.compare))
        for method in (__repr__, __eq__, __hash__) if eq else (__repr__,):
            if vars(made).get(method.__name__) is None:  # Python itself says that __hash__ is None beside an __eq__
                setattr(made, method.__name__, method)
        return made

    def noun(*, frozen: bool) -> Any:
        """As `dataclass`, and frozen at run time, too."""

        def made(cls: type) -> type:
            cls.__setattr__, cls.__delattr__ = __setattr__, __delattr__
            return dataclass(cls, frozen=frozen)

        return made

    @recursive_repr()
    def __repr__(self: Any) -> str:
        shown = [f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr]
        return f"{type(self).__qualname__}({', '.join(shown)})"

    def __eq__(self: Any, other: object) -> bool:
        return self._key(self) == self._key(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(self._key(self))

    def __setattr__(self: Any, name: str, value: object) -> None:
        if name in self.__dict__ or name not in self.__dataclass_fields__:
            raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
        object.__setattr__(self, name, value)

    def __delattr__(self: Any, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
