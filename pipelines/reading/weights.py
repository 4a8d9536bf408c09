"""How much text stands in each element of a tree, in links and in paragraphs: counted for all elements in one walk."""

import lxml.html


class Weights:
    """Characters under each element, white space aside. Counted once; elements dropped later keep their old weight."""

    def __init__(self, tree: lxml.html.HtmlElement) -> None:
        self._total: dict[lxml.html.HtmlElement, int] = {}
        self._linked: dict[lxml.html.HtmlElement, int] = {}
        self._in_paragraphs: dict[lxml.html.HtmlElement, int] = {}
        for element in reversed(list(tree.iter("*"))):
            self._count(element)

    def total(self, element: lxml.html.HtmlElement) -> int:
        """Characters of all text under `element`."""
        return self._total.get(element, 0)

    def in_paragraphs(self, element: lxml.html.HtmlElement) -> int:
        """Characters that stand in paragraphs under `element`, itself included."""
        return self._in_paragraphs.get(element, 0)

    def link_share(self, element: lxml.html.HtmlElement) -> float:
        """Share of the element's text that stands in links, 0 to 1."""
        total = self.total(element)
        return self._linked.get(element, 0) / total if total else 0.0

    def _count(self, element: lxml.html.HtmlElement) -> None:
        """Children stand behind their parent in the document, so that walking backwards they are counted first."""
        if element.tag in ("script", "style"):
            return
        total = len((element.text or "").strip())
        linked = paragraphs = 0
        for child in element:
            total += self.total(child) + len((child.tail or "").strip())
            linked += self._linked.get(child, 0)
            paragraphs += self.in_paragraphs(child)
        self._total[element] = total
        self._linked[element] = total if element.tag == "a" else linked
        self._in_paragraphs[element] = total if element.tag == "p" else paragraphs
