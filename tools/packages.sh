#!/bin/sh
# What the tests need from the system's packages: Chromium and a Chinese font for the browser journeys, Mosquitto for the
# window screens behind a broker, espeak-ng for the voice. Mosquitto is only installed: the tests start their own.
set -eu
PATH="$PATH:/usr/sbin:/usr/local/sbin"
missing=
command -v chromium >/dev/null 2>&1 || missing="chromium"
fc-list ':lang=zh' 2>/dev/null | grep -q . || missing="$missing fontconfig fonts-noto-cjk"
command -v mosquitto >/dev/null 2>&1 || missing="$missing mosquitto"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need programs and a Chinese font: install $missing with your system's package manager." >&2
    exit 1
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo -n true 2>/dev/null; then
        echo "The tests need packages that only root can install: sudo apt-get install $missing" >&2
        exit 1
    fi
    as_root="sudo -n"
fi
echo "Installing $missing for the tests …"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086  # two lists of words
$as_root apt-get update -qq && $as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null
