"""Make untrusted text harmless: what it shows is what it holds."""

from __future__ import annotations

import re

# C0 and C1 controls but newline and tab; bidirectional controls; zero-width and tag characters;
# what is no character
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Text with control and bidirectional characters written out as `\\x1b` or `\\u202e`."""
    return _HARMFUL.sub(lambda match: _escape_code(match[0]), text)


def _escape_code(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def one_line(text: str) -> str:
    """Visible text that stays on its line: nobody forges a line of a report."""
    return visible(text).replace("\n", "\\n")
