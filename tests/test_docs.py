"""Every setting and command is described, and the example file knows every setting."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from pydantic import BaseModel
from scrapy.commands import ScrapyCommand

import crawler.commands
from crawler import config as config_module
from crawler.config import Config
from crawler.sources import Source

ROOT = Path(__file__).parent.parent
MODELS = sorted(
    {
        value
        for value in vars(config_module).values()
        if isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == config_module.__name__
    },
    key=lambda model: model.__name__,
)
COMMANDS = sorted(module.name for module in pkgutil.iter_modules(crawler.commands.__path__))
EXPECTED = {"migrate", "addsource", "explain", "ingest", "probe", "replay", "assess", "notify", "rehearse", "backup", "doctor"}


@pytest.mark.parametrize("name", Config.model_fields)
def test_every_setting_is_described_and_shown_in_the_example(name: str) -> None:
    assert Config.model_fields[name].description
    assert name in (ROOT / "mfm.example.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_group_of_settings_says_what_it_is(model: type[BaseModel]) -> None:
    assert (model.__doc__ or "").strip()


def test_sources_are_explained() -> None:
    assert (Source.__doc__ or "").strip()


def test_the_promised_commands_are_there() -> None:
    assert set(COMMANDS) >= EXPECTED


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    module = importlib.import_module(f"crawler.commands.{name}")
    command = module.Command
    assert issubclass(command, ScrapyCommand)
    assert len(command().short_desc()) > 10
    assert len(command().long_desc()) > 20


def test_the_readme_names_every_command_and_every_dependency() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"scrapy {name}" in readme
    import tomllib

    dependencies = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for line in dependencies:
        name = line.split(">")[0].split("=")[0].split("<")[0]
        assert name in readme, f"{name} has no reason in the README"
