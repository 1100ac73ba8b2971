import os

from timetuna.l10n.catalogues import compile_changed

GERMAN = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Intro call"\nmsgstr "{}"\n'


def test_what_is_written_is_compiled_once_and_again_when_it_changes(tmp_path):
    written = tmp_path / "de" / "LC_MESSAGES" / "django.po"
    written.parent.mkdir(parents=True)
    made = written.with_suffix(".mo")

    written.write_text(GERMAN.format("Kennenlernen"), "utf-8")
    compile_changed(tmp_path)
    assert b"Kennenlernen" in made.read_bytes()

    first = made.stat().st_ino
    compile_changed(tmp_path)
    assert made.stat().st_ino == first

    written.write_text(GERMAN.format("Erstgespräch"), "utf-8")
    os.utime(written, ns=(made.stat().st_mtime_ns + 1,) * 2)
    compile_changed(tmp_path)
    assert "Erstgespräch".encode() in made.read_bytes()
    assert {*written.parent.iterdir()} == {made, written}

    written.unlink()
    compile_changed(tmp_path)
    assert not made.exists()
