"""Language codes as personas name them: `de`, `pt-BR`, or a name such as German or Deutsch."""

from __future__ import annotations

import re

_NAMES = {
    "ar": ("Arabic", "العربية"),
    "bg": ("Bulgarian", "Български"),
    "bn": ("Bengali", "বাংলা"),
    "ca": ("Catalan", "Català"),
    "cs": ("Czech", "Čeština"),
    "cy": ("Welsh", "Cymraeg"),
    "da": ("Danish", "Dansk"),
    "de": ("German", "Deutsch"),
    "el": ("Greek", "Ελληνικά"),
    "en": ("English", "English"),
    "eo": ("Esperanto", "Esperanto"),
    "es": ("Spanish", "Español"),
    "et": ("Estonian", "Eesti"),
    "eu": ("Basque", "Euskara"),
    "fa": ("Persian", "فارسی"),
    "fi": ("Finnish", "Suomi"),
    "fr": ("French", "Français"),
    "ga": ("Irish", "Gaeilge"),
    "gl": ("Galician", "Galego"),
    "gsw": ("Swiss German", "Schwiizertüütsch"),
    "he": ("Hebrew", "עברית"),
    "hi": ("Hindi", "हिन्दी"),
    "hr": ("Croatian", "Hrvatski"),
    "hu": ("Hungarian", "Magyar"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "is": ("Icelandic", "Íslenska"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "la": ("Latin", "Latina"),
    "lt": ("Lithuanian", "Lietuvių"),
    "lv": ("Latvian", "Latviešu"),
    "nl": ("Dutch", "Nederlands"),
    "no": ("Norwegian", "Norsk"),
    "pl": ("Polish", "Polski"),
    "pt": ("Portuguese", "Português"),
    "ro": ("Romanian", "Română"),
    "ru": ("Russian", "Русский"),
    "sk": ("Slovak", "Slovenčina"),
    "sl": ("Slovenian", "Slovenščina"),
    "sr": ("Serbian", "Српски"),
    "sv": ("Swedish", "Svenska"),
    "sw": ("Swahili", "Kiswahili"),
    "ta": ("Tamil", "தமிழ்"),
    "th": ("Thai", "ไทย"),
    "tr": ("Turkish", "Türkçe"),
    "uk": ("Ukrainian", "Українська"),
    "ur": ("Urdu", "اردو"),
    "vi": ("Vietnamese", "Tiếng Việt"),
    "zh": ("Chinese", "中文"),
}
_CODES = {name.casefold(): code for code, names in _NAMES.items() for name in names}
_CODE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
_ROMAN = re.compile(r"[IVXLCDM]+")


def canonical_language(text: str) -> str:
    """Return the code for a language's code or name, or the text as it is if unknown."""
    known = _CODES.get(text.casefold())
    if known is not None:
        return known
    code = _CODE.fullmatch(text)
    if code is None:
        return text
    return code.group(1).lower() + code.group(2).replace("_", "-")


def is_language(text: str) -> bool:
    """Whether a word in parentheses after a name can only be meant as a language.

    A code in lower case is one whether known or not; in capitals it has to be known, and
    no Roman numeral: `Mary (II)` is a queen.
    """
    if text.casefold() in _CODES:
        return True
    code = _CODE.fullmatch(text)
    if code is None:
        return False
    primary = code.group(1)
    if primary.islower():
        return True
    return primary.lower() in _NAMES and not _ROMAN.fullmatch(primary)


def has_code_form(text: str) -> bool:
    """Whether the text looks like a language code (BCP 47: `de`, `pt-BR`, `zh-Hans`)."""
    return _CODE.fullmatch(text) is not None


def language_name(code: str) -> str:
    """Return the English name for a code, with its region: `Portuguese (pt-BR)`."""
    primary = code.partition("-")[0]
    names = _NAMES.get(primary)
    if names is None:
        return code
    return names[0] if code == primary else f"{names[0]} ({code})"
