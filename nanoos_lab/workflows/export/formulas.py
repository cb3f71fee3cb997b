"""Mathematics of Markdown and outputs as MathML, which browsers draw by themselves, with no script and no font."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

_ENVIRONMENTS = {
    "aligned": "align*",
    "alignedat": "align*",
    "equation": "",
    "equation*": "",
    "displaymath": "",
}
"""Environments that latex2mathml does not know, and what says the same there."""
_ENVIRONMENT = re.compile(r"\\(begin|end)\{([A-Za-z]+\*?)\}")
_DELIMITERS = re.compile(r"^\s*(\$\$?|\\\[|\\\()(.*?)(\$\$?|\\\]|\\\))\s*$", re.DOTALL)


def mathml(latex: str, *, block: bool = False) -> str:
    """Return a formula as a MathML element; one that cannot be read stays as it was written.

    Args:
        latex: The formula without its dollars.
        block: Whether it stands in a line of its own.
    """
    from xml.etree.ElementTree import tostring  # noqa: PLC0415 - writes only

    from latex2mathml.converter import convert_to_element  # noqa: PLC0415 - Jupyter's extra

    try:
        element = convert_to_element(_known(latex), display="block" if block else "inline")
    except Exception:  # noqa: BLE001 - its 13 kinds of error share no root, and any text may stand between dollars
        return f"<code>{html.escape(latex.strip())}</code>"
    for part in element.iter():  # its texts hold entities for some characters and bare brackets for others
        part.text = html.unescape(part.text) if part.text else part.text
    return tostring(element, encoding="unicode")


def mathml_of_output(source: str) -> str:
    r"""Return a ``text/latex`` output, which carries its own ``$``, ``$$``, ``\[`` or environment.

    Args:
        source: The output.
    """
    found = _DELIMITERS.match(source)
    inner, block = (found[2], found[1] in {"$$", r"\["}) if found else (source, True)
    inner = inner.strip().removeprefix(r"\displaystyle").strip()  # sympy's
    drawn = mathml(inner, block=block or "\\begin" in inner)
    return f'<div class="formula">{drawn}</div>'


def _known(latex: str) -> str:
    def known(match: re.Match[str]) -> str:
        name = _ENVIRONMENTS.get(match[2], match[2])
        return rf"\{match[1]}{{{name}}}" if name else ""

    return _ENVIRONMENT.sub(known, latex)


def markdown(source: str, attachments: Any = None, folder: str = "") -> str:  # noqa: ANN401 - nbformat's
    """Return Markdown as HTML with its mathematics as MathML and its pictures inside.

    Args:
        source: The text.
        attachments: Of its cell: pictures by name and MIME type.
        folder: What relative paths of pictures start from.
    """
    from nbconvert.filters.markdown_mistune import MarkdownWithMath  # noqa: PLC0415 - Jupyter is an extra

    renderer = _renderer_class()(
        escape=False, embed_images=bool(folder), path=folder, attachments=attachments or {}
    )
    return MarkdownWithMath(renderer=renderer).render(source)


@cache
def _renderer_class() -> Any:  # noqa: ANN401 - made late: Jupyter is an extra
    from nbconvert.filters.markdown_mistune import IPythonRenderer  # noqa: PLC0415

    class Renderer(IPythonRenderer):
        """Jupyter's Markdown with MathML."""

        def block_math(self, body: str) -> str:
            return mathml(body, block=True)

        def inline_math(self, body: str) -> str:
            return mathml(body)

        def latex_environment(self, name: str, body: str) -> str:
            return mathml(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)

    return Renderer
