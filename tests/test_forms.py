"""Every form of the product: nothing that is missing from what was sent is taken for a change."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / "timetuna"
TEMPLATES = {
    str(path).rpartition("/templates/")[2]: path.read_text(encoding="utf-8")
    for path in ROOT.rglob("*.html")
    if "sandbox" not in path.parts
}
SENT = re.compile(r"<form\b(?=[^>]*method=\"post\").*?</form>", re.DOTALL)


def test_the_token_is_the_last_field_so_that_no_beginning_of_a_form_passes_for_the_whole() -> None:
    forms = [(name, form) for name, text in TEMPLATES.items() for form in SENT.findall(text)]

    assert len(forms) > 40
    assert [name for name, form in forms if not re.search(r"{% csrf_token %}\s*</form>$", form)] == []
