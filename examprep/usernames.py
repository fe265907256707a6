"""Usernames: which are one and the same, and which only look so."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import models

LOOK_LIKE = """
2:ƨϩᒿ 3:ȝɜʒзӡⳍ 4:Ꮞ 5:ƽ 6:бᏮⳓ 8:ȣ৪੪ 9:৭੧୨൭ⳋ a:ɑαаᎪᗅ ae:æӕ b:ƅβвьᏏᏴᑲᖯᗷ bl:ы c:σсᏟᴄⲥ d:ԁᎠᏧᑯᗞᗪ
dz:ʣ e:εеҽᎬⴹ f:ϝքᖴẝ g:ƍɡԍցᏀᏳᶃ h:ηнһհᎻᏂᕼⲏ i:ıɩɪιіӏᎥ j:ʝϳјᎫᒍ k:κкᏦᛕⲕ l:ǀ۱Ꮮᒪᛁⲓⳑⵏ ll:ǁ lo:ю
ls:ʪ lz:ʫ m:μϻмᎷᗰᛖⲙ n:νոռⲛ o:οоօ۵०০੦૦ଠ୦௦౦೦ഠ൦๐໐ဝ၀ჿዐᴏᴑⲟⵔ oe:œ p:ρрᏢᑭⲣ q:ԛգզⵕ r:ʀгᎡᎱᏒᖇᴦⲅ
s:ѕտᏕᏚ t:τтᎢⲧ ts:ʦ u:ʋυսሀᑌᴜ ue:ᵫ v:ѵ۷Ꮩᐯᴠⴸ w:ɯѡԝաᎳᏔᴡ x:χхᕁᕽᚷⲭⵝ y:ɣʏγуүყᎩᎽᶌỿⲩ z:ζᏃᴢ
"""
"""After each letter, those of other alphabets that look like it; of Unicode's confusables (UTS #39)."""
SHAPES = {ord(other): latin for latin, others in (row.split(":") for row in LOOK_LIKE.split()) for other in others}
IN_LATIN = str.maketrans({"0": "o", "1": "l", "i": "l", "m": "rn"})
LONGEST = 300


def fold(name: str) -> str:
    """Return what is the same for all spellings of one name: “Zoë”, “ZOË”, and either with its dots typed apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def shape_of(name: str) -> str:
    """Return what is the same for all names that look alike, whatever alphabets they are written in."""
    return fold(name).translate(SHAPES).translate(IN_LATIN)[:LONGEST]


def propose(wish: str, check: Callable[[str], None]) -> str:
    """Return the wish, or the wish with a number, whichever `check` is the first not to refuse by ValidationError."""
    name = "".join(letter for letter in unicodedata.normalize("NFKC", wish) if letter.isalnum() or letter in "._-")
    name = name.strip("._-")[:100] or "student"
    for number in range(1, 50):
        proposed = name if number == 1 else f"{name}-{number}"
        try:
            check(proposed)
        except ValidationError:
            continue
        return proposed
    return f"{name}-{secrets.token_hex(4)}"


class ShapeField(models.CharField[str, str]):
    """The shape of the model's username, whenever it is saved."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001 - as Django calls it
        shape = shape_of(getattr(model_instance, "username", ""))
        setattr(model_instance, self.attname, shape)
        return shape
