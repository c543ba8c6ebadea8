"""In which encoding a file is, decided on evidence and never guessed; looked through in pieces, whatever its size.

Nothing here raises, and no reason holds anything of the file.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence

from doorstroom_client.basics.frozen import frozen
from doorstroom_client.errors import Problem
from doorstroom_client.readers.columns import at
from doorstroom_client.readers.letters_in_place import DUTCH, LATIN_9, MOST_LINES, WINDOWS, Candidate, Words
from doorstroom_client.readers.utf_8_doubts import STRANGE, TWICE, is_sense, is_utf_7

AS_UTF_8 = 'Open the file in the program that made it, save or export it as "CSV UTF-8", and read that; nothing of it was used'
_UTF_16_MARKS = {codecs.BOM_UTF16_LE: "UTF-16 LE", codecs.BOM_UTF16_BE: "UTF-16 BE"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_MARK = "holds the mark of the start of a file, so files were put together; put their texts together in one program"
_ANOTHER = "is in another encoding than the rest of the file, which is {}"
_OTHERS = "holds letters that are others in {one} than in {two}, and nothing in the file decides"


@frozen
class Encoding:
    """The encoding of a text.

    Attributes:
        name: as people call it.
        codec: as Python calls it.
        evidence: what it was seen by.
        told: whether it is so unusual that somebody should look whether the names are right.
    """

    name: str
    codec: str
    evidence: str
    told: bool = False


@frozen
class Decision:
    """What was found in a file.

    Attributes:
        encoding: its encoding; None when it cannot be read.
        problems: why not.
        longest: bytes or letters of the longest line.
    """

    encoding: Encoding | None
    problems: Sequence[Problem] = ()
    longest: int = 0


class Search:
    """Looks for the encoding of a file.

    Args:
        start: how the file begins, with some thousand bytes of it, or all.
        most: letters in a line; a file with a longer one is not read further. None is any number.
    """

    def __init__(self, start: bytes, most: int | None = None) -> None:
        wide = _wide(start)
        self._looks: _Wide | _Narrow = _Narrow(start.startswith(codecs.BOM_UTF8)) if wide is None else _Wide(wide)
        self._most = most

    @property
    def too_long(self) -> bool:
        """Whether there is a line that is longer than may be."""
        return self._most is not None and self._looks.longest > self._most

    def feed(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        if not self.too_long:
            self._looks.feed(chunk)

    def decide(self) -> Decision:
        """What the bytes show, now that there are no more of them."""
        if self.too_long:
            return Decision(None, [], self._looks.longest)
        self._looks.feed(b"", last=True)
        found = self._looks.decide()
        return Decision(found, self._looks.problems, self._looks.longest)


def _wide(start: bytes) -> Encoding | None:
    """UTF-16 with a mark, or without one when a letter in two is a NUL."""
    for mark, name in _UTF_16_MARKS.items():
        if start.startswith(mark):
            return Encoding(name, "utf-16", "the mark at its start")
    pairs = len(start) // 2
    even, odd = start[: pairs * 2 : 2].count(0), start[1 : pairs * 2 : 2].count(0)
    evidence = "no mark, and a NUL in almost every second place"
    if odd >= 0.7 * pairs > even * 10 and pairs:
        return Encoding("UTF-16 LE", "utf-16-le", evidence, told=True)
    if even >= 0.7 * pairs > odd * 10 and pairs:
        return Encoding("UTF-16 BE", "utf-16-be", evidence, told=True)
    return None


class _Wide:
    """A file in UTF-16."""

    def __init__(self, encoding: Encoding) -> None:
        self.problems: list[Problem] = []
        self.longest = 0
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.codec)()
        self._number = 1
        self._line = 0

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        if self.problems:
            return
        try:
            text = self._decoder.decode(chunk, last)
        except UnicodeDecodeError:
            text = f"begins as {self._encoding.name} and is not text in it to its end: a part is missing"
            self.problems.append(Problem("file", text))
            return
        for number, piece in enumerate(_LINE_END.split(text)):
            self._line = len(piece) + (0 if number else self._line)
            self.longest = max(self.longest, self._line)
        if "\0" in text:
            self.problems.append(Problem("file", "holds NUL bytes, so it is not a CSV file"))
        elif re.search("[\r\n]\ufeff|\ufffe", text):
            self.problems.append(Problem("file", _MARK))

    def decide(self) -> Encoding | None:
        return None if self.problems else self._encoding


class _Narrow:
    """A file in which a letter of ASCII is one byte: UTF-8, or an encoding of one byte per letter."""

    def __init__(self, marked: bool) -> None:
        self.problems: list[Problem] = []
        self.longest = 0
        self._marked = marked
        self._rest = b""
        self._number = 0
        self._nul = 0
        self._cut = False
        self._utf_8 = _Told()
        self._other = _Told()
        self._accidents = _Told()
        self._twice = _Told()
        self._marks = _Told()
        self._sevens = _Told()
        self._words = Words()

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        # bytes.splitlines splits at CRLF, CR and LF, and at nothing else. The last line may go on in the next piece.
        data = self._rest + chunk
        lines = data.splitlines(keepends=True)
        self._rest = b"" if last or not lines else lines.pop()
        self.longest = max(self.longest, len(self._rest), max(map(len, lines), default=0))
        if data.isascii() and b"\0" not in data and b"+" not in data:
            self._number += len(lines)
            return
        for line in lines:
            self._number += 1
            self._look_at(line)

    def _look_at(self, line: bytes) -> None:
        if b"\0" in line:
            self._nul = self._nul or self._number
        if line.isascii():
            if b"+" in line and is_utf_7(line):
                self._sevens.add(self._number)
            return
        if line.startswith(codecs.BOM_UTF8) and self._number > 1:
            self._marks.add(self._number)
        try:
            text = line.decode()
        except UnicodeDecodeError as error:
            self._cut = error.reason == "unexpected end of data"  # only in the last line, which has no end
            self._other.add(self._number)
            self._words.add(self._number, line)
            return
        if TWICE.search(text):
            self._twice.add(self._number)
        if STRANGE.search(text) and is_sense(line):
            self._accidents.add(self._number)
            self._words.add(self._number, line)
        elif not text.strip("\ufeff").isascii():
            self._utf_8.add(self._number)

    def decide(self) -> Encoding | None:
        if self._nul:
            text = f"holds NUL bytes, the first on line {self._nul}, so it is not a CSV file"
            self.problems.append(Problem("file", text))
        elif self._marks.count:
            self._tell(self._marks.lines, _MARK)
        elif self._sevens.count and not self._utf_8.count and not self._other.count:
            self._tell(self._sevens.lines, "holds letters in UTF-7, which is for old mail")
        elif self._twice.count:
            self._tell(self._twice.lines, "holds letters that were made UTF-8 twice, so a letter is two signs")
        elif self._other.count and (self._marked or self._utf_8.count):
            self._tell_mixed()
        elif self._other.count:
            return self._single()
        elif self._accidents.count and not self._utf_8.count:
            self._tell(self._accidents.lines, _OTHERS.format(one="UTF-8", two=WINDOWS.name))
        else:
            return self._utf()
        return None

    def _utf(self) -> Encoding:
        count = self._utf_8.count
        told = f"letters outside ASCII on {_lines(count)}, all in UTF-8" if count else "no letters outside it"
        if self._marked:
            return Encoding("UTF-8", "utf-8-sig", "the mark at its start")
        return Encoding("UTF-8", "utf-8", told) if count else Encoding("ASCII", "utf-8", told)

    def _tell_mixed(self) -> None:
        if self._cut and self._other.count == 1:
            self._tell(self._other.lines, "ends within a letter, so the rest of the file is missing; get it anew")
        elif self._marked or self._utf_8.count >= self._other.count:
            self._tell(self._other.lines, "is not in UTF-8, as the rest of the file is, or a letter was cut in two")
        else:
            self._tell(self._utf_8.lines, "is in UTF-8, and the rest of the file is not")

    def _single(self) -> Encoding | None:
        words = self._words
        found = words.possible()
        likely = [item for item in found if not words.odd(item)]
        if words.sensible * 2 < words.count:
            names = ", ".join(item.name for item in DUTCH if item is not LATIN_9)
            text = f"is not text in UTF-8, UTF-16, {names}; line {words.lines()[0]} is the first that is not"
            self.problems.append(Problem("file", text))
        elif not found:
            likeliest = words.likeliest()
            self._tell(words.lines_against(likeliest) or words.lines(), _ANOTHER.format(likeliest.name))
        elif len(found) > 1 and len(likely) == 1:
            return self._decided(likely[0], told=True)
        elif len(found) > 1:
            *first, last = (item.name for item in found)
            self._tell(words.lines(), _OTHERS.format(one=", ".join(first), two=last))
        else:
            return self._decided(found[0])
        return None

    def _decided(self, found: Candidate, *, told: bool = False) -> Encoding | None:
        words = self._words
        elsewhere = words.lines_elsewhere()
        if elsewhere:
            self._tell(elsewhere, _ANOTHER.format(found.name))
            return None
        other = words.doubt(found)
        if other is not None:
            self._tell(words.lines_in_doubt(found, other), _OTHERS.format(one=found.name, two=other.name))
            return None
        counts = ((words.against(item) or words.odd(item), item.name) for item in DUTCH if item is not found)
        against = ", ".join(f"{count} not in {name}" for count, name in counts if count)
        one = words.count == 1
        evidence = (
            f"{words.count} {'word' if one else 'words'} with letters outside ASCII {'makes' if one else 'make'} sense in it"
        )
        evidence = f"{evidence}; of them {against}" if against else evidence
        return Encoding(found.name, found.codec, evidence, told=told or found is not WINDOWS)

    def _tell(self, lines: Sequence[int], text: str) -> None:
        self.problems += [Problem(at(line), text) for line in lines]


class _Told:
    """Lines, of which the first ones are told."""

    def __init__(self) -> None:
        self.count = 0
        self.lines: list[int] = []

    def add(self, number: int) -> None:
        self.count += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(number)


def _lines(count: int) -> str:
    return f"{count} line{'s' * (count != 1)}"
