"""What is published: one name, one version, all that its commands need, and never another project's `app`."""

import functools
import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from app.release import DISTRIBUTION, release

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OWNER = re.match(r"https://github.com/(.+)/easel$", PROJECT["urls"]["Homepage"])[1]
EASEL = Path(sys.executable).with_name("easel")


def ran(cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run((EASEL, "--version"), check=False, cwd=cwd, env=environment, capture_output=True, text=True)


def needed_by(distribution: str, found: set[str]) -> set[str]:
    """Return the names of all that is installed with it, extras aside."""
    for requirement in importlib.metadata.requires(distribution) or ():
        name = re.match(r"[\w.-]+", requirement)[0].lower().replace("_", "-")
        if "extra ==" not in requirement and name not in found:
            found.add(name)
            try:
                needed_by(name, found)
            except importlib.metadata.PackageNotFoundError:
                continue  # for another Python or platform
    return found


def test_the_installed_release_is_told(tmp_path):
    """`easel --version` says the version of pyproject.toml, also in a folder that has a package called `app`."""
    assert (PROJECT["name"], PROJECT["version"]) == (DISTRIBUTION, release())
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    done = ran(tmp_path)
    assert (done.stdout, done.stderr, done.returncode) == (f"easel {release()}\n", "", 0)


def test_another_app_is_never_run(tmp_path):
    """Where PYTHONPATH leads to another project's `app` first, the command says so and runs nothing of it."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("raise SystemExit('ran the other one')", encoding="utf-8")
    done = ran(tmp_path, PYTHONPATH=".")
    assert done.returncode == 78
    assert str(tmp_path / "app") in done.stderr
    assert "PYTHONPATH" in done.stderr
    assert "ran the other one" not in done.stderr


def test_both_commands_begin_there():
    """`uvx line-easel` finds a command of that name."""
    assert PROJECT["scripts"] == dict.fromkeys(("easel", "line-easel"), "line_easel:main")


def test_the_demo_needs_nothing_more():
    """Whatever the stand-ins import comes with Easel, so the wheel's demo trusts no other name in the index."""
    sandbox = tomllib.loads((ROOT / "sandbox/pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.match(r"[\w.-]+", one)[0].lower() for one in sandbox}
    assert names <= needed_by(DISTRIBUTION, set())
    assert PROJECT["optional-dependencies"] == {"demo": []}


def test_what_builds_is_known_by_its_hash():
    """Makefile and Dockerfile build with the files that deploy/build.txt names, which has all that is required."""
    for name in ("Makefile", "Dockerfile"):
        builds = re.findall(r"uv\)? build .*", text_of(ROOT / name), flags=re.IGNORECASE)
        assert builds
        assert all(re.search(r"--build-constraints \S*build\.txt --require-hashes", one) for one in builds), name
    known = set(re.findall(r"^([\w.-]+)==\S+ \\\n +--hash=sha256:", text_of(ROOT / "deploy/build.txt"), re.MULTILINE))
    build_system = tomllib.loads(text_of(ROOT / "pyproject.toml"))["build-system"]
    assert {re.match(r"[\w.-]+", one)[0] for one in build_system["requires"]} <= known


def test_nothing_is_tried_where_it_is_signed():
    """Whatever can sign runs no package that an index has just handed out, and nothing is published untried."""
    jobs = yaml.safe_load(text_of(ROOT / ".github/workflows/release.yml"))["jobs"]
    runs = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in jobs.items()}
    assert runs["try"] == ["make try-dist"]
    assert jobs["try"]["permissions"] == {"contents": "read"}
    assert runs["wheel"] == ["make dist"]
    assert "try" in jobs["pypi"]["needs"]


def test_one_image_is_named():
    """Every page and manifest that names the published image names the same one, in this version."""
    files = [*(ROOT / "deploy").rglob("*.yaml"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("README*.md")]
    texts = {path: path.read_text(encoding="utf-8") for path in files}
    assert {one for text in texts.values() for one in re.findall(r"ghcr\.io/[^:@\s`]+", text)} == {
        f"ghcr.io/{OWNER}/easel"
    }
    tags = {one for text in texts.values() for one in re.findall(r"/easel:(\d[\w.]*)", text)}
    tags |= set(re.findall(r'newTag: "(.*)"', texts[ROOT / "deploy/kubernetes/base/kustomization.yaml"]))
    assert tags == {PROJECT["version"]}


def test_the_image_carries_no_stand_ins():
    """What only the demo needs is copied into no stage, and the rooms of the service import nothing of it."""
    copied = [
        line for line in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines() if line.startswith("COPY")
    ]
    assert [line for line in copied if "sandbox" in line] == ["COPY sandbox/pyproject.toml sandbox/"]
    importing = [path for path in (ROOT / "app").rglob("*.py") if "import line_sandbox" in text_of(path)]
    importing += [path for path in (ROOT / "app").rglob("*.py") if "from line_sandbox" in text_of(path)]
    assert {path.parent.name for path in importing} == {"demo"}


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_demo_says_what_it_lacks():
    """In the image `easel demo` ends with a sentence, not with a traceback."""
    gone = "import line_easel, sys; sys.modules['line_sandbox'] = None; sys.argv = ['easel', 'demo']"
    done = subprocess.run(
        (sys.executable, "-c", f"{gone}; import line_easel; line_easel.main()"),
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 78
    assert done.stderr == "The demo's stand-ins are not installed here, as in the image: uvx line-easel demo\n"


def test_the_page_at_pypi_leads_somewhere():
    """There every picture and link of the README is whole, and leads to a file that is in this repository."""
    shown = subprocess.run(
        (sys.executable, "-m", "hatch_fancy_pypi_readme"), check=True, cwd=ROOT, capture_output=True, encoding="utf-8"
    ).stdout
    targets = re.findall(r"\]\(([^)]+)\)", shown)
    assert len(targets) > 40
    assert not [target for target in targets if not target.startswith("https://")]
    ours = re.compile(rf"https://(?:raw\.githubusercontent|github)\.com/{OWNER}/easel/(?:blob/)?v[\d.]+/([^#]+)")
    assert not [found[1] for target in targets if (found := ours.match(target)) and not (ROOT / found[1]).exists()]
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", shown)
    assert all(picture.startswith("https://raw.githubusercontent.com/") for picture in pictures)


@pytest.mark.skipif(OWNER != "OWNER", reason="the account is put in already")
@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make on this machine")
def test_the_account_is_put_in_at_once(tmp_path):
    """One command names who publishes, everywhere; an image is always named in small letters."""
    for name in ("pyproject.toml", "Makefile", *(path.name for path in ROOT.glob("README*.md"))):
        shutil.copy(ROOT / name, tmp_path)
    for name in ("deploy", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.png"))
    run = functools.partial(subprocess.run, cwd=tmp_path, env={"PATH": os.environ["PATH"]}, capture_output=True)
    assert run(("make", "owner"), check=False).returncode
    assert run(("make", "owner", "OWNER=Some-Body"), check=False).returncode == 0
    texts = {path: path.read_text(encoding="utf-8") for path in tmp_path.rglob("*") if path.is_file()}
    assert not [path for path, text in texts.items() if "OWNER/easel" in text or path.suffix == ".old"]
    assert 'Homepage = "https://github.com/Some-Body/easel"' in texts[tmp_path / "pyproject.toml"]
    assert "ghcr.io/some-body/easel:" in texts[tmp_path / "README.md"]
