"""What we deploy: held against schemas, against the readers' own checks, against the settings, image and pages."""

import http.server
import importlib.resources
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import tomllib
from pathlib import Path
from typing import Any, cast

import httpx
import jsonschema
import kubernetes_validate
import pytest
import typer
import yaml

from app.cli import cli
from app.settings import Settings
from app.webhook import BODY_BYTES_MAX

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPOSE = ROOT / "docs/deploy/compose.md"
PAGES = [
    *sorted((ROOT / "docs/deploy").glob("*.md")),
    *(ROOT / name for name in ("deploy/README.md", "docs/upgrade.md", "docs/backup.md", "docs/postgres.md")),
]
VERSIONS = ("1.30.0", kubernetes_validate.latest_version())  # the oldest that the page promises, and the newest known
VARIABLES = {name.upper() for name in Settings.model_fields} | {
    "MALLOC_ARENA_MAX",
    "MALLOC_MMAP_THRESHOLD_",
    "MALLOC_TRIM_THRESHOLD_",
}
EXPOSURE_MAX = 2.0  # 1.2 with systemd 252; newer ones look at more


class Loader(yaml.SafeLoader):
    """YAML with the tags of Compose, which say how to merge and are no data."""


for _tag in ("!reset", "!override"):
    Loader.add_constructor(_tag, lambda loader, node: loader.construct_sequence(node))


def documents(path: Path) -> list[dict]:
    return list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=Loader))


def ran(*command: str, at: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    given = os.environ | environment
    return subprocess.run(command, cwd=at, env=given, capture_output=True, text=True, check=False)


def needs(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"there is no {tool} on this machine")


def rendered(folder: Path) -> list[dict]:
    """What kubectl would apply."""
    needs("kubectl")
    done = ran("kubectl", "kustomize", str(folder))
    assert done.returncode == 0, done.stderr
    return list(yaml.safe_load_all(done.stdout))


def manifests() -> list[Path]:
    """Every manifest that is whole by itself."""
    parts = {"kustomization.yaml", "overlays/postgres/deployment.yaml"}
    found = KUBERNETES.rglob("*.yaml")
    return sorted(one for one in found if not {one.name, str(one.relative_to(KUBERNETES))} & parts)


def pod(document: dict) -> dict:
    return document["spec"]["template"]["spec"]


def deployment() -> dict:
    return documents(KUBERNETES / "base/deployment.yaml")[0]


def cloud_run() -> dict:
    return documents(DEPLOY / "cloudrun.yaml")[0]


def fly() -> dict:
    return tomllib.loads((DEPLOY / "fly.toml").read_text(encoding="utf-8"))


def render() -> dict:
    return documents(DEPLOY / "render.yaml")[0]


def commands(page: Path) -> list[str]:
    """Return the lines of the page's console blocks without their remarks."""
    blocks = re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [re.sub(r"\s{2,}# .*", "", line).strip() for block in blocks for line in block.splitlines()]
    return list(filter(None, lines))


def test_compose_files_keep_the_schema():
    """Each file is what the Compose specification allows."""
    schema = importlib.resources.files("check_jsonschema.builtin_schemas") / "vendor/compose-spec.json"
    for path in DEPLOY.glob("compose*.yaml"):
        jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(documents(path)[0])


def test_every_set_of_compose_files_in_the_pages_is_accepted(tmp_path):
    """Compose itself merges each set that a page names; with Postgres there are two Easels and nothing is published."""
    needs("docker")
    if ran("docker", "compose", "version").returncode:
        pytest.skip("this docker has no compose")
    for name in ("Caddyfile", "compose.yaml", "compose.tls.yaml", "compose.postgres.yaml"):
        (tmp_path / "deploy").mkdir(exist_ok=True)
        shutil.copy(DEPLOY / name, tmp_path / "deploy")
    blocks = re.findall(r"```text\n(COMPOSE_FILE=.*?)```", COMPOSE.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 3
    for count, block in enumerate(blocks, start=1):
        told = block.replace("POSTGRES_PASSWORD=\n", "POSTGRES_PASSWORD=0f0f\n")
        (tmp_path / ".env").write_text(told, encoding="utf-8")
        done = ran("docker", "compose", "config", "--format", "json", at=tmp_path)
        assert done.returncode == 0, done.stderr
        services = json.loads(done.stdout)["services"]
        assert len(services) == count
        assert ("ports" in services["easel"]) == (count == 1)
        assert services["easel"].get("deploy", {}).get("replicas", 1) == (2 if count == 3 else 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_keep_the_schema(version):
    """Each whole manifest is what that version of Kubernetes takes, and has no field that it does not know."""
    for path in manifests():
        for document in documents(path):
            kubernetes_validate.validate(document, version, strict=True)


@pytest.mark.parametrize("folder", ["base", "overlays/postgres"])
def test_kustomize_makes_valid_manifests(folder):
    """What kustomize builds is valid, in one namespace, and everything that selects pods selects ours."""
    built = rendered(KUBERNETES / folder)
    [labels] = [one["spec"]["template"]["metadata"]["labels"] for one in built if one["kind"] == "Deployment"]
    for document in built:
        kubernetes_validate.validate(document, VERSIONS[-1], strict=True)
        assert document["metadata"].get("namespace", "easel") == "easel"
        selector = document.get("spec", {}).get("selector") or document.get("spec", {}).get("podSelector")
        if document["kind"] in {"Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"}:
            assert labels.items() >= selector.get("matchLabels", selector).items() > set()


def test_several_pods_share_postgres_and_nothing_else():
    """The overlay has no volume claim, takes its address from a secret and never has fewer pods than asked for."""
    built = {one["kind"]: one for one in rendered(KUBERNETES / "overlays/postgres")}
    assert "PersistentVolumeClaim" not in built
    assert built["Deployment"]["spec"]["replicas"] == 3
    assert built["Deployment"]["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    [address] = [one for one in pod(built["Deployment"])["containers"][0]["env"] if one["name"] == "DATABASE_URL"]
    assert address["valueFrom"]["secretKeyRef"] == {"name": "easel-database", "key": "url"}


def test_pods_are_restricted():
    """The pod keeps the restricted standard, which its namespace enforces."""
    [namespace] = documents(KUBERNETES / "base/namespace.yaml")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
    of_pod, [container] = pod(deployment())["securityContext"], pod(deployment())["containers"]
    assert of_pod["runAsNonRoot"]
    assert of_pod["seccompProfile"]["type"] == "RuntimeDefault"
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_cloud_run_runs_a_valid_container_all_the_time():
    """The container is one that Kubernetes would take too; the processor stays, and so does one instance."""
    template = cloud_run()["spec"]["template"]
    spec = {"containers": template["spec"]["containers"], "serviceAccountName": template["spec"]["serviceAccountName"]}
    document = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "easel"}, "spec": spec}
    kubernetes_validate.validate(document, VERSIONS[-1], strict=True)
    assert template["metadata"]["annotations"]["run.googleapis.com/cpu-throttling"] == "false"
    assert template["metadata"]["annotations"]["autoscaling.knative.dev/minScale"] == "1"


def test_only_known_settings_are_set():
    """Each environment variable that a file gives to Easel is one that Easel reads."""
    parts = (deployment(), *documents(KUBERNETES / "overlays/postgres/deployment.yaml"))
    named = {one["name"] for part in parts for one in pod(part)["containers"][0]["env"]}
    named |= {one["name"] for one in cloud_run()["spec"]["template"]["spec"]["containers"][0]["env"]}
    named |= {one["key"] for one in render()["services"][0]["envVars"]}
    named |= set(fly()["env"])
    for path in DEPLOY.glob("compose*.yaml"):
        named |= set(documents(path)[0]["services"]["easel"].get("environment", {}))
    unit = (DEPLOY / "systemd/easel.service").read_text(encoding="utf-8")
    named |= {
        one.split("=")[0]
        for line in re.findall(r"^Environment=(.+)$", unit, flags=re.MULTILINE)
        for one in line.split()
    }
    assert named <= VARIABLES


def test_what_is_required_is_asked_for():
    """Where settings are listed one by one, none that is required is missing."""
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required <= {one["name"] for one in cloud_run()["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert required <= {one["key"] for one in render()["services"][0]["envVars"]}


@pytest.mark.asyncio(loop_scope="session")
async def test_probes_are_answered(easel):
    """Each address that a supervisor asks is there."""
    containers = (pod(deployment())["containers"][0], cloud_run()["spec"]["template"]["spec"]["containers"][0])
    probes = [one[kind] for one in containers for kind in one if kind.endswith("Probe")]
    paths = {one["httpGet"]["path"] for one in probes}
    paths |= {fly()["http_service"]["checks"][0]["path"], render()["services"][0]["healthCheckPath"]}
    async with httpx.AsyncClient(base_url=easel.url, trust_env=False) as client:
        for path in paths:
            assert (await client.get(path)).status_code == 200, path


def test_all_agree_with_the_image():
    """User, port and folder are the Dockerfile's, and the time to stop is more than the 10 s that Easel takes."""
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    user, port, folder = (
        re.search(pattern, dockerfile)[1] for pattern in (r"--uid (\d+)", r"EXPOSE (\d+)", r"VOLUME (\S+)")
    )
    [container] = pod(deployment())["containers"]
    assert pod(deployment())["securityContext"]["runAsUser"] == int(user)
    assert container["volumeMounts"][0]["mountPath"] == fly()["mounts"]["destination"] == folder
    assert container["ports"][0]["containerPort"] == fly()["http_service"]["internal_port"] == int(port)
    assert cloud_run()["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] == int(port)
    assert documents(DEPLOY / "compose.yaml")[0]["services"]["easel"]["ports"][0].endswith(f":{port}")
    assert all(f"{port}" in (DEPLOY / name).read_text(encoding="utf-8") for name in ("Caddyfile", "nginx.conf"))
    paused_s = container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert pod(deployment())["terminationGracePeriodSeconds"] - paused_s > 10
    overlay = documents(KUBERNETES / "overlays/postgres/deployment.yaml")[0]
    [within_s] = [one["value"] for one in pod(overlay)["containers"][0]["env"] if one["name"] == "STOP_WITHIN_S"]
    assert pod(overlay)["terminationGracePeriodSeconds"] - paused_s > int(within_s)
    shared = documents(DEPLOY / "compose.postgres.yaml")[0]["services"]["easel"]
    assert int(shared["stop_grace_period"].removesuffix("s")) > int(shared["environment"]["STOP_WITHIN_S"])
    assert int(fly()["kill_timeout"].removesuffix("s")) > 10
    assert fly()["kill_signal"] == "SIGTERM"


def test_memory_is_given_back_everywhere():
    """Photos are large and short-lived: the image and the unit have glibc hand back what they needed."""
    wanted = {"MALLOC_ARENA_MAX=2", "MALLOC_MMAP_THRESHOLD_=1048576", "MALLOC_TRIM_THRESHOLD_=1048576"}
    for path in (ROOT / "Dockerfile", DEPLOY / "systemd/easel.service"):
        assert wanted <= set(path.read_text(encoding="utf-8").split()), path


def test_the_unit_is_accepted(tmp_path):
    """The reader itself finds nothing to say about the unit."""
    needs("systemd-analyze")
    unit = (DEPLOY / "systemd/easel.service").read_text(encoding="utf-8")
    here = tmp_path / "easel.service"
    here.write_text(unit.replace("/opt/easel/.venv/bin/easel", sys.executable), encoding="utf-8")
    done = ran("systemd-analyze", "verify", "--man=no", str(here))
    assert "easel.service" not in done.stderr  # units of this machine may have their own troubles


def test_the_unit_shows_what_easel_reads_of_its_machine():
    """The client of Prometheus reads /proc/stat, and a lease the boot's id; the processes of others stay hidden."""
    settings = (DEPLOY / "systemd/easel.service").read_text(encoding="utf-8").splitlines()
    assert not [line for line in settings if line.startswith("ProcSubset=")]
    assert "ProtectProc=invisible" in settings


def test_the_unit_is_locked_down():
    """What the service could do to its machine is little, by systemd's own measure: 0 is nothing, 10 is all."""
    needs("systemd-analyze")
    done = ran("systemd-analyze", "security", "--offline=true", "--no-pager", "deploy/systemd/easel.service")
    if "--offline" in done.stderr:
        pytest.skip("this systemd-analyze cannot look at a file")
    assert float(re.search(r"exposure level for easel.service: ([\d.]+)", done.stdout)[1]) <= EXPOSURE_MAX


def test_caddy_accepts_its_file(tmp_path):
    """Caddy reads its file, with and without a name of the upstream."""
    needs("caddy")
    for more in ({}, {"EASEL_HOST": "easel"}):
        done = ran(
            *("caddy", "validate", "--adapter", "caddyfile", "--config", "deploy/Caddyfile"),
            **{"EASEL_DOMAIN": "bot.example.com", "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)} | more,
        )
        assert done.returncode == 0, done.stderr


class Echo(http.server.BaseHTTPRequestHandler):
    """Stands for Easel behind a proxy."""

    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the name that the library calls

    def log_message(self, *_):
        """Say nothing."""


def nginx_conf(folder: Path, *, port: int, upstream: int) -> str:
    """Our file as part of a whole one that needs no rights: on this port, with what it writes in `folder`."""
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"server \{\s*listen 80;.*?\n\}|listen \[::\].*?;", "", text, flags=re.DOTALL)
    text = text.replace("listen 443", f"listen 127.0.0.1:{port}").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = text.replace("/etc/letsencrypt/live/bot.example.com", str(folder))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is its owner's alone
    log = f"pid {folder}/pid; error_log {folder}/log;"
    return f"{user} {log} events {{}} http {{ access_log off; {temporary} {text} }}"


@pytest.fixture
def nginx(tmp_path):
    """The real nginx with our file in front of an echo; yields its port."""
    needs("nginx")
    needs("openssl")
    behind = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    conf = tmp_path / "nginx.conf"
    conf.write_text(nginx_conf(tmp_path, port=port, upstream=behind.server_port), encoding="utf-8")
    names = ("-keyout", f"{tmp_path}/privkey.pem", "-out", f"{tmp_path}/fullchain.pem")
    ran("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=bot.example.com", *names)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    started = ran("nginx", "-p", str(tmp_path), "-c", str(conf))  # comes back when it listens
    assert started.returncode == 0, started.stderr
    yield port
    ran("nginx", "-p", str(tmp_path), "-c", str(conf), "-s", "stop")
    behind.shutdown()
    behind.server_close()


def test_nginx_has_two_doors(nginx):
    """Webhooks and the dashboard pass, bodies as they came; the rest stays inside, as do bodies that are too large."""
    with httpx.Client(base_url=f"https://127.0.0.1:{nginx}", verify=False, trust_env=False) as client:  # noqa: S501 - its own certificate
        body = os.urandom(BODY_BYTES_MAX)
        passed = client.post("/callback", content=body)
        assert (passed.status_code, passed.content == body) == (200, True)
        assert client.get("/admin").status_code == 200
        assert client.get("/admin/money").status_code == 200
        assert client.get("/callback").status_code == 403
        assert client.post("/callback", content=body + body).status_code == 413
        for path in ("/", "/metrics", "/healthz", "/readyz", "/callback/x", "/administrator"):
            assert client.get(path).status_code == 404, path


def test_workflows_keep_the_schema():
    """GitHub would take each workflow, and no job can hang for hours."""
    files = [str(path) for path in (ROOT / ".github/workflows").glob("*.yml")]
    for schema in ("vendor.github-workflows", "custom.github-workflows-require-timeout"):
        done = ran(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *files)
        assert done.returncode == 0, done.stdout
    done = ran(
        *(sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.dependabot"),
        str(ROOT / ".github/dependabot.yml"),
    )
    assert done.returncode == 0, done.stdout


def test_workflows_are_safe():
    """Its linter finds nothing: rights, pins, credentials, templates."""
    zizmor = Path(sys.executable).with_name("zizmor")
    done = ran(str(zizmor), "--offline", "--pedantic", "--no-progress", ".github")
    assert done.returncode == 0, done.stdout + done.stderr


def test_ci_runs_what_developers_run():
    """Each target that CI and the pages name is in the Makefile, and CI runs the tests on every Python we support."""
    workflow = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    lines = [line for page in PAGES for line in commands(page)] + re.findall(r"run: (.+)", workflow)
    named = {found[1] for line in lines if (found := re.search(r"\bmake (?:--directory \S+ )?([a-z-]+)", line))}
    assert {"test", "check", "setup"} <= named <= targets
    promised = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert set(re.findall(r'"(3\.\d+)"', workflow)) == set(promised)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_what_exists(page):
    """Each file, link and command of Easel that a page names is there."""
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"(?<![\w./-])(?:/opt/easel/)?((?:deploy|docs|tests)/[\w./-]*\w)", text):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\((?!https:)([^)#]+)", text):
        assert (page.parent / link).exists(), link
    spoken = re.findall(r"`easel ([a-z]+)", text)
    typed = [found[1] for line in commands(page) if (found := re.search(r"(?:^| easel )easel ([a-z]+)", line))]
    known = set(cast(Any, typer.main.get_command(cli)).commands)
    assert {*spoken, *typed} <= known


def test_commands_that_can_run_here_run():
    """What a page tells to type runs as it stands, where the tool is on this machine and no account is needed."""
    lines = {line for page in PAGES for line in commands(page)}
    harmless = ("kubectl kustomize ", "systemd-analyze ", "EASEL_DOMAIN=bot.example.com caddy validate ")
    chosen = sorted(line for line in lines if line.startswith(harmless))
    assert len(chosen) == 4
    tools = {line: re.search(r"(kubectl|systemd-analyze|caddy)", line)[1] for line in chosen}
    can = [line for line in chosen if shutil.which(tools[line])]
    for line in can:
        done = ran("bash", "-c", line)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    if not can:
        pytest.skip("there is none of kubectl, systemd-analyze and caddy on this machine")
