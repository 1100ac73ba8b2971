"""Busy times out of a file that a host has brought along."""

from pathlib import Path

from timetuna.providers.registry import Provider

PROVIDER = Provider(
    slug="icsfile",
    label="Imported times",
    prefix="ICSFILE",
    needs=(),
    one_per_host=False,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.icsfile.provider:IcsFile",
    verb="Import",
)
