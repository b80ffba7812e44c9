# Sourced by run.sh and test.sh: brings uv, Qt's system libraries and the Python packages. POSIX sh.
# Before sourcing: NEEDS_DISPLAY_LIBRARIES=1 for a real window.

TOOLS="${XDG_CACHE_HOME:-$HOME/.cache}/sa2va-annotator/uv"
UV=""
CHINESE_FONT=fonts-wqy-microhei # of those that Debian has, the small one

install_or_say() {
    # install_or_say WHY PACKAGE... : as root with Debian's packages, else the one command to run.
    why=$1
    shift
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "$why Please install what Debian calls: $*" >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ]; then
        echo "$why Please run this one command and start again:" >&2
        echo "    sudo apt-get install -y $*" >&2
        exit 1
    fi
    echo "Installing system packages: $*" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null && apt-get install -y -qq --no-install-recommends "$@" >/dev/null || {
        echo "$why They could not be installed. Check the network, or run: apt-get install -y $*" >&2
        exit 1
    }
}

has_library() {
    { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep -qF "$1"
}

missing_libraries() {
    # Prints the Debian packages of libraries that are not here.
    for pair in libEGL.so.1:libegl1 libGL.so.1:libgl1 libxkbcommon.so.0:libxkbcommon0 libdbus-1.so.3:libdbus-1-3 \
        libfontconfig.so.1:libfontconfig1 libglib-2.0.so.0:libglib2.0-0; do
        has_library "${pair%%:*}" || echo "${pair##*:}"
    done
    [ "${NEEDS_DISPLAY_LIBRARIES:-0}" = 1 ] || return 0
    for pair in libxcb-cursor.so.0:libxcb-cursor0 libxkbcommon-x11.so.0:libxkbcommon-x11-0 \
        libxcb-icccm.so.4:libxcb-icccm4 libxcb-keysyms.so.1:libxcb-keysyms1 libxcb-shape.so.0:libxcb-shape0; do
        has_library "${pair%%:*}" || echo "${pair##*:}"
    done
}

has_chinese_font() {
    # Without one the Chinese window shows empty boxes.
    if command -v fc-list >/dev/null 2>&1; then
        fc-list :lang=zh 2>/dev/null | grep -q .
        return
    fi
    # shellcheck disable=SC2086
    ls -R ${FONT_FOLDERS:-/usr/share/fonts /usr/local/share/fonts "$HOME/.local/share/fonts" "$HOME/.fonts"} 2>/dev/null |
        grep -qiE "cjk|wqy|fallback|uming|ukai|sourcehan|notosans(sc|tc)"
}

bring_system() {
    # All that the system lacks in one installation, or in one command.
    [ "$(uname -s)" = Linux ] || return 0
    missing=$(missing_libraries)
    has_uv || [ -n "$(python_with_venv)" ] || missing="$missing python3 python3-venv"
    font=""
    [ "${NEEDS_DISPLAY_LIBRARIES:-0}" != 1 ] || has_chinese_font || font=$CHINESE_FONT
    if [ -n "$missing" ]; then
        # shellcheck disable=SC2086
        install_or_say "Some system packages are missing." $missing $font
    elif [ -n "$font" ]; then
        # Nothing stops for it: the other languages need none.
        (install_or_say "There is no font with Chinese signs, so Chinese texts would be empty boxes." "$font") || true
    fi
}

python_with_venv() {
    # Prints a Python that can make an environment; nothing if there is none.
    for name in python3.11 python3.12 python3; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c "import ensurepip, venv" >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
}

has_uv() {
    # Sets UV to one that runs.
    [ -z "$UV" ] || return 0
    if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then
        UV=uv
        return
    fi
    [ -x "$TOOLS/bin/uv" ] && "$TOOLS/bin/uv" --version >/dev/null 2>&1 && UV="$TOOLS/bin/uv"
}

bring_uv() {
    has_uv && return
    echo "Bringing uv, the installer of the Python packages ..." >&2
    python=$(python_with_venv)
    if [ -z "$python" ]; then
        echo "Python with its module for environments is missing. Please install Python 3.11 and start again." >&2
        exit 1
    fi
    # --clear: what a broken or interrupted attempt left is not to be built upon.
    "$python" -m venv --clear "$TOOLS"
    "$TOOLS/bin/python" -m pip install -q --disable-pip-version-check uv
    UV="$TOOLS/bin/uv"
}

bring_packages() {
    echo "Installing the Python packages (the first time takes some minutes) ..." >&2
    "$UV" sync --quiet "$@"
}
