#!/bin/sh
# The first program of a container: output goes to the attempt's log, then the command takes over.
# For every /bin/sh: dash, busybox, bash.  All names begin with jt_: a variable that came with the
# environment would take its new value on to the command.
jt_home=/opt/jupyter-train
jt_root=${0%/jupyter_train_toolkit/*}
jt_companion=$jt_root/jupyter_train_toolkit/companion.py
exec >>"$jt_home/log" 2>&1 </dev/null

# A container that was made ahead waits here, without using any processor time.
if [ -p "$jt_home/link/go" ]; then
    read -r jt_go <>"$jt_home/link/go"
    . "$jt_home/link/command"
fi
jt_script=${JUPYTER_TRAIN_SCRIPT-}
unset JUPYTER_TRAIN_SCRIPT

jt_refuse() {
    echo "jupyter-train: $2"
    exit "$1"
}

# `command -v` finds what is built into the shell too, which `exec` does not run.
jt_find() {
    jt_found=
    jt_ifs=$IFS
    IFS=:
    for jt_folder in $PATH; do
        if [ -f "${jt_folder:-.}/$1" ]; then
            jt_found=${jt_folder:-.}/$1
            [ -x "$jt_found" ] && break
        fi
    done
    IFS=$jt_ifs
    [ "$jt_found" ]
}

PYTHONPATH=${PYTHONPATH:+$PYTHONPATH:}$jt_root
export PYTHONPATH
jt_python=
{ jt_find python3 || jt_find python; } && jt_python=$jt_found

# As a grandchild it is nobody's to wait for but the container's first process'.
if [ "$jt_python" ] && [ -f "$jt_companion" ]; then
    ("$jt_python" -I -S "$jt_companion" >/dev/null 2>&1 &)
    if [ -e "$jt_home/link/manager.sock" ] &&
        [ -z "${AWS_ACCESS_KEY_ID+set}${AWS_ENDPOINT_URL+set}" ]; then
        AWS_ENDPOINT_URL=http://127.0.0.1:7170
        : "${AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:7170/credentials}"
        export AWS_ENDPOINT_URL AWS_CONTAINER_CREDENTIALS_FULL_URI
    fi
fi

# An image's `train` knows scripts, and no notebooks.
jt_train=
case ${SM_USER_ENTRY_POINT-} in
*.ipynb) ;;
*) jt_find train && jt_train=1 ;;
esac
if [ "$jt_script" ] && [ ! "$jt_train" ]; then
    [ "$jt_python" ] ||
        jt_refuse 127 "has neither a program 'train' nor Python to run a script with"
    "$jt_python" -I -S -c 'import sys; sys.exit(sys.version_info < (3, 8))' 2>/dev/null ||
        jt_refuse 127 "has no program 'train', and for a script its Python is older than 3.8"
    set -- "$jt_python" -m jupyter_train_toolkit.entry
fi

[ $# -gt 0 ] || jt_refuse 127 "names no program to run"
case $1 in
*/*) jt_found=$1 ;;
*) jt_find "$1" || jt_refuse 127 \
    "has no program '$1' on its PATH ($PATH); give it one, or say what to run by ContainerEntrypoint" ;;
esac
[ -e "$jt_found" ] || jt_refuse 127 "has no program '$jt_found'"
[ -f "$jt_found" ] && [ -x "$jt_found" ] || jt_refuse 126 "has '$jt_found', which is not executable"
# Variables whose names are none for a shell, which would leave them out.
if [ -f "$jt_home/link/variables" ] && jt_find env; then
    . "$jt_home/link/variables"
fi
exec "$@"
