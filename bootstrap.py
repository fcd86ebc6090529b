#!/usr/bin/env python3
"""Sets Changeover up in ``.venv`` beside this file, then starts it.

    python3 bootstrap.py [ARGUMENTS...]         the program: what follows goes to ``changeover`` as it is
    python3 bootstrap.py test [ARGUMENTS...]    every check and every test: what follows goes to pytest

A set-up is a few steps, and a stamp in ``.venv`` names those that are done.  ``plan`` compares the stamp with what the
locks, pyproject.toml and this Python ask for, and returns the steps that are missing: all of them on a fresh machine,
none on a second start, which therefore costs a few file reads.

Limits: standard library only, for nothing is installed when this runs.  The file keeps to the syntax of Python 3.6, so
that an old Python reaches the sentence that names the remedy.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)


def refusal(version):
    """The sentence for a Python that is too old, or None when *version* (major, minor, micro) will do."""
    if tuple(version[:2]) >= OLDEST_PYTHON:
        return None
    wanted = ".".join(str(part) for part in OLDEST_PYTHON)
    found = ".".join(str(part) for part in version[:3])
    return (
        f"Changeover needs Python {wanted} or later and this is Python {found}: "
        f"install a newer one and start this file with it, for example python{wanted} bootstrap.py"
    )


if refusal(sys.version_info) is not None:
    sys.exit(refusal(sys.version_info))


ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "changeover-set-up.json"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")

# The test lock holds everything that the other one holds, so whoever has run the tests can start the program.
LOCKS = {"program": "requirements.lock", "test": "requirements-test.lock"}

# Which Debian package brings a shared library that Qt links to or opens.  A library with no line here is named to the
# user as it is.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libGLdispatch.so.0": "libglvnd0",
    "libICE.so.6": "libice6",
    "libOpenGL.so.0": "libopengl0",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXau.so.6": "libxau6",
    "libXdmcp.so.6": "libxdmcp6",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libexpat.so.1": "libexpat1",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libpng16.so.16": "libpng16-16",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}

# The parts of PySide6 whose libraries must all be found: what the program imports, and the plugins for a screen and
# for none.
QT_BINARIES = (
    "Qt/lib/libQt6Core.so.6",
    "Qt/lib/libQt6DBus.so.6",
    "Qt/lib/libQt6Gui.so.6",
    "Qt/lib/libQt6OpenGL.so.6",
    "Qt/lib/libQt6Svg.so.6",
    "Qt/lib/libQt6Widgets.so.6",
    "Qt/lib/libQt6XcbQpa.so.6",
    "Qt/plugins/platforms/libqoffscreen.so",
    "Qt/plugins/platforms/libqxcb.so",
    "Qt/plugins/xcbglintegrations/libqxcb-egl-integration.so",
    "Qt/plugins/xcbglintegrations/libqxcb-glx-integration.so",
)

# A real window on a screen of its own, a mouse to drag with, and the typefaces that the pictures are set in.
TEST_PACKAGES = ("fonts-dejavu-core", "fonts-inter", "xdotool", "xvfb")


def main(arguments):
    """The exit status of the program, or of the tests when the first argument is ``test``."""
    purpose = "test" if arguments[:1] == ["test"] else "program"
    wanted = fingerprint()
    steps = plan(purpose, wanted, read_stamp())
    for step in steps:
        {"environment": make_environment, "packages": install_packages, "system": check_system}[step](purpose)
        write_stamp(purpose, step, wanted)
    if purpose == "test":
        return run_tests(arguments[1:])
    return start(arguments)


def plan(purpose, wanted, stamp):
    """The steps still to be done, in order, for *purpose* ("program" or "test").

    *wanted* is the present fingerprint, *stamp* maps each step done to the fingerprint it was done for.  A stamp of
    another fingerprint counts for nothing.
    """

    def done(step):
        # The environment is the same for both purposes; what the tests need includes what the program needs.
        purposes = LOCKS if step == "environment" else {purpose, "test"}
        return any(stamp.get(f"{step} for {who}") == wanted for who in purposes)

    if not done("environment"):
        return ["environment", "packages", "system"]
    return [step for step in ("packages", "system") if not done(step)]


def fingerprint(root=ROOT, version=sys.version):
    """A digest of all that an installation depends on: the locks, pyproject.toml, this file, the Python and the folder.

    The folder counts because an editable installation and the scripts in it name it: a moved checkout is set up again.
    """
    digest = hashlib.sha256(f"{version}\n{sys.base_prefix}\n{root}\n".encode())
    for name in (*LOCKS.values(), "pyproject.toml", "bootstrap.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def read_stamp():
    """The steps that are done, by the fingerprint they were done for; empty where nothing usable is installed."""
    if not PYTHON.exists():
        return {}
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(purpose, step, wanted):
    """Notes that *step* is done, and forgets what was done for another fingerprint."""
    stamp = {key: value for key, value in read_stamp().items() if value == wanted}
    stamp[f"{step} for {purpose}"] = wanted
    # By renaming, so that a start which reads meanwhile sees the old stamp or the new one and never half of one.
    unfinished = STAMP.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    unfinished.replace(STAMP)


# The steps ---------------------------------------------------------------------------------------------------------


def make_environment(purpose):
    """Makes ``.venv``; one that is there is kept and mended, unless it belongs to another Python."""
    if importlib.util.find_spec("ensurepip") is None:
        # Debian ships venv without the part that brings pip.
        install_debian_packages(["python3-venv"], f"{sys.executable} cannot make a virtual environment by itself")
    say(f"Making the environment {VENV}")
    options = [] if belongs_to_this_python(VENV / "pyvenv.cfg") else ["--clear"]
    run([sys.executable, "-m", "venv", *options, VENV], "The environment could not be made.")


def belongs_to_this_python(configuration):
    """Whether an environment's pyvenv.cfg names this minor version of Python."""
    try:
        lines = configuration.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    values = dict(line.split(" = ", 1) for line in lines if " = " in line)
    return values.get("version", "").split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def install_packages(purpose):
    """Installs the locked packages, each checked against its hash, then the project itself in place."""
    say(f"Installing what {LOCKS[purpose]} names (some minutes the first time)")
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-warn-script-location"]
    if not sys.stdout.isatty():
        pip.append("--quiet")
    # Wheels only: building another project here would fetch tools that no lock names.
    run(
        [*pip, "--require-hashes", "--only-binary=:all:", "-r", ROOT / LOCKS[purpose]],
        "The packages could not be installed; what stands above says why. Is the network reachable?",
    )
    run(
        [*pip, "--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--editable", ROOT],
        "The project itself could not be installed into its environment.",
    )


def check_system(purpose):
    """Sees to it that Qt's system libraries load (Linux), and that the tests' own tools are there."""
    if not sys.platform.startswith("linux"):
        return
    libraries = missing_libraries()
    packages = {DEBIAN_PACKAGES[name] for name in libraries if name in DEBIAN_PACKAGES}
    if purpose == "test":
        packages.update(missing_debian_packages(TEST_PACKAGES))
    unknown = [name for name in libraries if name not in DEBIAN_PACKAGES]
    if packages:
        install_debian_packages(sorted(packages), "Qt needs system libraries" if libraries else "The tests need tools")
        unknown = missing_libraries()
    if unknown:
        sys.exit(f"Qt cannot be loaded: install your system's packages for {', '.join(unknown)}, then start again.")


def missing_libraries():
    """The names of the shared libraries that the installed Qt asks for and the system does not have."""
    (pyside,) = VENV.glob("lib/python3*/site-packages/PySide6")
    names = set()
    for binary in QT_BINARIES:
        listing = subprocess.run(["ldd", pyside / binary], stdout=subprocess.PIPE, universal_newlines=True, check=False)
        names.update(not_found(listing.stdout))
    return sorted(names)


def not_found(listing):
    """The libraries that a listing of ``ldd`` says are not found."""
    return [line.split()[0] for line in listing.splitlines() if line.rstrip().endswith("=> not found")]


def missing_debian_packages(names):
    """Those of *names* that dpkg does not hold installed; none where there is no dpkg to ask."""
    if shutil.which("dpkg-query") is None:
        return []
    return [name for name in names if not is_installed(name)]


def is_installed(package):
    """Whether dpkg says that *package* is installed, configured and all."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    answer = subprocess.run(
        query, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True, check=False
    )
    return answer.stdout == "installed"


def install_debian_packages(names, reason):
    """Installs Debian packages when we are root, saying which; otherwise ends with the one command to type."""
    if shutil.which("apt-get") is None:
        sys.exit(f"{reason}: install what your system calls {', '.join(names)}, then start again.")
    if os.geteuid() != 0:
        sys.exit(f"{reason}. Type this, then start again:\n\n    {command_to_type(names)}\n")
    say(f"{reason}. Installing with apt-get: {' '.join(names)}")
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    # Another installation may hold dpkg's lock: wait for it rather than fail.
    apt = ["apt-get", "--quiet=2", "--option=DPkg::Lock::Timeout=300"]
    unsuccessful = f"apt-get failed. Install these by hand, then start again: {' '.join(names)}"
    run([*apt, "update"], unsuccessful, environment)
    run([*apt, "install", "--yes", "--no-install-recommends", *names], unsuccessful, environment)


def command_to_type(names):
    """The one command by which somebody with sudo installs *names*."""
    return f"sudo apt-get update && sudo apt-get install --yes --no-install-recommends {' '.join(names)}"


# What comes after --------------------------------------------------------------------------------------------------


def start(arguments):
    """Starts the program in the caller's folder, so that a file named on the command line is found."""
    # -P: a folder named app in the caller's folder must not be taken for ours.
    command = [str(PYTHON), "-P", "-m", "app", *arguments]
    if os.name == "nt":
        return subprocess.run(command, check=False).returncode
    sys.stdout.flush()
    os.execv(command[0], command)
    raise AssertionError("execv does not return")


def run_tests(arguments):
    """0 when every check and every test passes.  pytest runs last, and repeats which checks failed before it."""
    checks: dict = {
        "ruff": [PYTHON, "-m", "ruff", "check"],
        "mypy": [PYTHON, "-m", "mypy"],
        "import-linter": [SCRIPTS / "lint-imports"],
    }
    failed = []
    for name, command in checks.items():
        say(f"{name}:")
        if subprocess.run([str(part) for part in command], cwd=str(ROOT), check=False).returncode != 0:
            failed.append(name)
    say("pytest:")
    environment = dict(os.environ, CHANGEOVER_FAILED_CHECKS=" ".join(failed))
    command = [str(PYTHON), "-m", "pytest", *arguments]
    tests = subprocess.run(command, cwd=str(ROOT), env=environment, check=False)
    return tests.returncode or int(bool(failed))


def say(sentence):
    """Prints a line at once, before what a child process prints."""
    print(sentence, flush=True)


def run(command, unsuccessful, environment=None):
    """Runs *command*; where it fails, ends this program with the sentence *unsuccessful*."""
    if subprocess.run([str(part) for part in command], env=environment, check=False).returncode != 0:
        sys.exit(unsuccessful)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
