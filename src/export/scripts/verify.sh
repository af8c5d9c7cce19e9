#!/bin/sh
# Checks this bundle with coreutils, ssh-keygen and openssl, and nothing else.
#
#   sh verify.sh [-s ALLOWED_SIGNERS -I WHO] [-c TSA_CA.pem] [BUNDLE]
#
# Use a copy of this script that you were given by somebody you trust: whoever
# changed the bundle could have changed the one in it.
# Exit status: 0 sound, 1 not, 2 it could not be checked.

LC_ALL=C
export LC_ALL
for tool in sha256sum ssh-keygen mktemp rm cat sort uniq comm tail head base64 cut tr dirname; do
    command -v "$tool" >/dev/null 2>&1 && continue
    echo "it could not be checked: there is no $tool" >&2
    exit 2
done
here=$PWD
signers='' who='' ca=''
absolute() {
    case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$here/$1" ;;
    esac
}
while getopts s:I:c: option; do
    case $option in
    s) signers=$(absolute "$OPTARG") ;;
    I) who=$OPTARG ;;
    c) ca=$(absolute "$OPTARG") ;;
    *) exit 2 ;;
    esac
done
shift $((OPTIND - 1))
if { [ -n "$signers" ] && [ -z "$who" ]; } || { [ -z "$signers" ] && [ -n "$who" ]; }; then
    echo 'it could not be checked: -s ALLOWED_SIGNERS and -I WHO go together' >&2
    exit 2
fi
cd "${1:-$(dirname "$0")}" || exit 2
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT

for token in tagmanifest-sha256.txt.tsr data/checkpoint.txt.tsr; do
    { [ ! -f $token ] || command -v openssl >/dev/null 2>&1; } && continue
    echo 'it could not be checked: there is a time stamp, and no openssl' >&2
    exit 2
done

bad=0
harmless() { # foreign text without what could act on a terminal
    printf '%s' "$1" | tr -c '\040-\176' '?'
}
wrong() {
    printf 'WRONG: %s\n' "$(harmless "$*")"
    bad=1
}
same() { # two files have the same bytes
    [ "$(sha256sum <"$1")" = "$(sha256sum <"$2")" ]
}

# 1. It is a bag, and its lists are written as they must be.
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >"$scratch/declared"
[ -f bagit.txt ] && same "$scratch/declared" bagit.txt || wrong "bagit.txt: it is not what it must be"
: >"$scratch/listed"
: >"$scratch/signed"
for list in tagmanifest-sha256.txt manifest-sha256.txt; do
    [ -f "$list" ] || continue
    : >"$scratch/names"
    while IFS= read -r line; do
        hash=${line%%  *} name=${line#*  }
        case $hash in *[!0-9a-f]*) hash= ;; esac
        case $name in '' | /* | *..* | *[!A-Za-z0-9._/-]*) hash= ;; esac
        [ ${#hash} -eq 64 ] || wrong "$list: it has a line that is no hash and name"
        case $list:$name in
        tagmanifest*:data/*) wrong "$list: it lists payload" ;;
        tagmanifest*:* | manifest*:data/*) ;;
        *) wrong "$list: it lists what is no payload" ;;
        esac
        printf '%s\n' "$name" >>"$scratch/names"
    done <"$list"
    sort -u "$scratch/names" >"$scratch/sorted"
    same "$scratch/names" "$scratch/sorted" || wrong "$list: it is not in order"
    cat "$scratch/names" >>"$scratch/listed"
    case $list in tagmanifest*) cat "$scratch/names" >"$scratch/signed" ;; esac
done
for name in VERIFY.md bag-info.txt bagit.txt manifest-sha256.txt verify.sh; do
    covered=
    while IFS= read -r line; do
        [ "$line" = $name ] && covered=yes
    done <"$scratch/signed"
    [ -n "$covered" ] || wrong "tagmanifest-sha256.txt: it does not list $name"
done
[ ! -e fetch.txt ] || wrong "fetch.txt: a bundle never fetches anything"
[ -z "$(sort "$scratch/listed" | uniq -d)" ] || wrong "manifest-sha256.txt: a file is listed twice"

# 2. The files there are, are the files that are listed; nothing else.
strange() { # file, why
    printf '%s: %s\n' "$(harmless "${1#./}")" "$2" >>"$scratch/strange"
}
walk() {
    empty=yes
    for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        [ -e "$path" ] || [ -L "$path" ] || continue
        empty=
        case ${path#./} in *[!A-Za-z0-9._/-]*) strange "$path" 'it was added: no name in a bundle is like that' ;; esac
        if [ -L "$path" ]; then
            strange "$path" 'it is not a plain file'
        elif [ -d "$path" ]; then
            walk "$path"
            empty=
        elif [ -f "$path" ]; then
            printf '%s\n' "${path#./}"
        else
            strange "$path" 'it is not a plain file'
        fi
    done
    [ -z "$empty" ] || strange "$1" 'it is an empty folder: it was added'
}
: >"$scratch/strange"
walk . | sort >"$scratch/found"
while IFS= read -r line; do
    wrong "$line"
done <"$scratch/strange"
sig=tagmanifest-sha256.txt.sig
{
    cat "$scratch/listed"
    printf '%s\n' tagmanifest-sha256.txt manifest-sha256.txt bagit.txt $sig
    [ -f tagmanifest-sha256.txt.tsr ] && echo tagmanifest-sha256.txt.tsr
} | sort -u >"$scratch/wanted"
comm -23 "$scratch/wanted" "$scratch/found" >"$scratch/missing"
comm -13 "$scratch/wanted" "$scratch/found" >"$scratch/added"
while IFS= read -r name; do
    case $name in
    tagmanifest-sha256.txt*) wrong "$name: it is missing, so this bundle is UNSIGNED" ;;
    *) wrong "$name: it is missing" ;;
    esac
done <"$scratch/missing"
while IFS= read -r name; do
    wrong "$name: it is not listed: it was added"
done <"$scratch/added"

# 3. Every file has the hash that is listed.
for list in tagmanifest-sha256.txt manifest-sha256.txt; do
    [ -s "$list" ] || continue
    sha256sum --check --strict --quiet "$list" >"$scratch/sums" 2>/dev/null && continue
    bad=1
    [ -s "$scratch/sums" ] || wrong "$list: sha256sum does not accept it"
    while IFS= read -r line; do
        case $line in *': FAILED') wrong "${line%: FAILED}: its SHA-256 is not the one listed" ;; esac
    done <"$scratch/sums"
done

# 4. The list of lists is signed, and the signature is written as ssh-keygen does.
signature() { # file, signature, namespace
    {
        echo '-----BEGIN SSH SIGNATURE-----'
        tail -n +2 "$2" | head -n -1 | base64 -d 2>/dev/null | base64 -w 70
        echo '-----END SSH SIGNATURE-----'
    } >"$scratch/armour"
    # "SSHSIG", version 1: ssh-keygen takes a lower one for its own, too.
    case $(tail -n +2 "$2" | head -n 1) in
    U1NIU0lHAAAAAQ*) ;;
    *) wrong "$2: it is not written as ssh-keygen writes signatures" ;;
    esac
    if ! same "$scratch/armour" "$2"; then
        wrong "$2: it is not written as ssh-keygen writes signatures"
    elif [ -n "$signers" ]; then
        ssh-keygen -Y verify -f "$signers" -I "$who" -n "$3" -s "$2" <"$1" >"$scratch/said" 2>&1 ||
            wrong "$2: $(cat "$scratch/said")"
        printf '%s: %s\n' "$1" "$(harmless "$(cat "$scratch/said")")"
    else
        ssh-keygen -Y check-novalidate -n "$3" -s "$2" <"$1" >"$scratch/said" 2>&1 ||
            wrong "$2: it does not fit $1"
        printf '%s: %s\n' "$1" "$(cat "$scratch/said")"
    fi
}
if [ -f $sig ] && [ -f tagmanifest-sha256.txt ]; then
    signature tagmanifest-sha256.txt $sig vestigo-bundle
else
    wrong "UNSIGNED: nobody answers for this bundle"
fi
[ -f data/checkpoint.txt ] || wrong "data/checkpoint.txt: it is missing"
if [ -f data/checkpoint.txt.sig ]; then
    signature data/checkpoint.txt data/checkpoint.txt.sig vestigo-checkpoint
elif [ -f $sig ]; then
    wrong "data/checkpoint.txt.sig: it is missing"
fi

# 5. Time stamps, where there are any.
stamp() { # token, what it stamps
    [ -f "$1" ] || return
    openssl ts -reply -in "$1" -text >"$scratch/stamp" 2>/dev/null
    if [ -n "$ca" ]; then
        openssl ts -verify -in "$1" -data "$2" -CAfile "$ca" >/dev/null 2>&1 ||
            wrong "$1: openssl does not accept it"
    else
        # Without the authority's certificate: at least it stamps this very file.
        imprint=
        while IFS= read -r line; do
            case $line in
            *' 0000 - '* | *' 0010 - '*)
                imprint=$imprint$(printf '%s' "$line" | cut -c 12-58 | tr -d ' -') ;;
            esac
        done <"$scratch/stamp"
        [ "$(printf '%s' "$imprint" | cut -c 1-64)" = "$(sha256sum <"$2" | cut -c 1-64)" ] ||
            wrong "$1: it does not stamp $2"
    fi
    while IFS= read -r line; do
        case $line in 'Time stamp: '*) printf '%s: %s\n' "$1" "$line" ;; esac
    done <"$scratch/stamp"
}
stamp tagmanifest-sha256.txt.tsr $sig
stamp data/checkpoint.txt.tsr data/checkpoint.txt.sig

if [ $bad -ne 0 ]; then
    echo 'NOT SOUND: see above'
    exit 1
fi
echo 'sound: every file is listed and unchanged, and the list is signed by the key above'
[ -n "$signers" ] || echo 'Compare the key with what its owner told you, or name -s ALLOWED_SIGNERS -I WHO.'
echo 'Not shown by this: that the logs were complete and true before they were imported.'
