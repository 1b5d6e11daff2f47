"""What every page must be: usable by all (axe), sound HTML, no sideways scrolling."""

from __future__ import annotations

from collections import Counter

from axe_playwright_python.base import AXE_FILE_PATH
from html5lib import HTMLParser
from html5lib.constants import E as PARSE_ERRORS

AXE = AXE_FILE_PATH.read_text(encoding="utf-8")
# The rules of WCAG 2.0 to 2.2, A and AA, and what is good practice beside them.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async tags => {
  const found = await axe.run(document, {
    runOnly: {type: "tag", values: tags}, resultTypes: ["violations"], preload: false
  });
  return found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.target.join(" ")}: ${node.html.slice(0, 120)}`
  ));
}"""


def faults_of_access(page):
    """Return what axe finds on the page as it is shown."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE)
    return page.evaluate(RUN, RULES)


def faults_of_html(text):
    """Return parse errors, and ids that stand twice."""
    parser = HTMLParser()
    document = parser.parse(text)
    found = [
        f"line {line}: {PARSE_ERRORS[code] % about}"
        for (line, _column), code, about in parser.errors
    ]
    ids = Counter(element.get("id") for element in document.iter())
    del ids[None]
    return found + [f"id {name!r} stands {n} times" for name, n in ids.items() if n > 1]
