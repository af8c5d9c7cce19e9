#!/bin/sh
# Checks this bundle with POSIX tools, ssh-keygen and (for time stamps) openssl.
#
#   sh verify.sh [-s ALLOWED_SIGNERS -I WHO] [-c TSA_CA.pem] [--] [BUNDLE]
#
# Use a copy of this script that you were given by somebody you trust: whoever
# changed the bundle could have changed the one in it.
# First it looks: only plain files and folders, names as listed, sizes as listed.
# Where that look finds anything, no file of the bundle is hashed.
# Exit status: 0 sound, 1 not sound, 2 it could not be checked.

# Nothing is taken from the environment but the absolute folders in PATH.
POSIXLY_CORRECT=1
\unset -f command printf echo test cd pwd read getopts trap umask exit shift 2>/dev/null || :
\unset -f awk cat cmp cut find ls mktemp rm sed sort tr xargs openssl 2>/dev/null || :
\unset -f sha256sum shasum lacking wrong stop safe signature stamp digest bounded 2>/dev/null || :
\unset POSIXLY_CORRECT CDPATH QUOTING_STYLE TIME_STYLE BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE
\unalias -a 2>/dev/null || :
[ -z "${ZSH_VERSION-}" ] || emulate sh
set -uf
IFS=' 	
'
LC_ALL=C
export LC_ALL
clean='' rest=${PATH-}:
while [ -n "$rest" ]; do
    part=${rest%%:*} rest=${rest#*:}
    case $part in /*) clean=$clean${clean:+:}$part ;; esac
done
PATH=${clean:-/usr/bin:/bin}
export PATH
umask 077

stop() { # why: it could not be checked
    printf '%s\n' "it could not be checked: $(printf '%s' "$1" | tr -c '\040-\176' '?')" >&2
    exit 2
}
usage='usage: sh verify.sh [-s ALLOWED_SIGNERS -I WHO] [-c TSA_CA.pem] [--] [BUNDLE]'
for tool in awk cat cmp cut find ls mktemp rm sed sort ssh-keygen tr xargs; do
    command -v "$tool" >/dev/null 2>&1 && continue
    printf '%s\n' "it could not be checked: $tool is not available" >&2
    exit 2
done
if command -v sha256sum >/dev/null 2>&1; then
    hasher='sha256sum'
elif command -v shasum >/dev/null 2>&1; then
    hasher='shasum -a 256'
elif command -v openssl >/dev/null 2>&1; then
    hasher='openssl dgst -sha256 -r'
else
    stop 'neither sha256sum nor shasum nor openssl is available'
fi
signers='' who='' ca='' asked=''
while getopts s:I:c: option; do
    case $option in
    s) signers=$OPTARG asked=s$asked ;;
    I) who=$OPTARG asked=I$asked ;;
    c) ca=$OPTARG asked=c$asked ;;
    *) stop "$usage" ;;
    esac
done
shift $((OPTIND - 1))
[ $# -le 1 ] || stop "$usage"
case $asked in *s*I* | *I*s*) ;; *[sI]*) stop '-s ALLOWED_SIGNERS and -I WHO must be used together' ;; esac
case $asked in *I*) [ -n "$who" ] || stop '-I needs a name' ;; esac

if [ $# -eq 1 ]; then
    bundle=$1
else
    case $0 in */*) bundle=${0%/*}/ ;; *) bundle=. ;; esac
fi
[ -n "$bundle" ] || stop 'the name of the bundle is empty'
case $bundle in /*) ;; *) bundle=./$bundle ;; esac
scratch=$(mktemp -d "${TMPDIR:-/tmp}/verify.XXXXXXXXXX") || stop 'a temporary folder cannot be created'
case $scratch in /*) ;; *) scratch=$(pwd -P)/$scratch ;; esac
trap 'rm -rf "$scratch"' EXIT
trap 'exit 2' HUP INT TERM
bring() { # file, copy: what the auditor brought, before we leave this folder
    [ -f "$1" ] || stop "$1 is not a plain file"
    cat <"$1" >"$2" || stop "$1 cannot be read"
}
case $asked in *s*) bring "$signers" "$scratch/signers" && signers=$scratch/signers ;; esac
case $asked in *c*) bring "$ca" "$scratch/ca" && ca=$scratch/ca ;; esac
[ -d "$bundle" ] || stop "$bundle is not a folder (unpack a tar first)"
cd "$bundle" || stop "$bundle cannot be entered"
printf 'checking %s\n' "$(pwd -P | tr -c '\040-\176\n' '?')"

bad=0
safe() { # foreign text without what could act on a terminal
    printf '%s' "$1" | tr -c '\040-\176' '?'
}
lacking() { # a file, another: the lines of the other that it has not
    awk 'FILENAME == ARGV[1] { have[$0] = 1; next } !($0 in have)' "$1" "$2"
}
wrong() {
    printf 'WRONG: %s\n' "$(safe "$*")"
    bad=1
}
wrongs() { # a file of complaints, one a line
    [ -s "$1" ] || return 0
    bad=1
    sed -e 's/^/WRONG: /' -e 1000q "$1" | tr -c '\040-\176\n' '?'
    [ "$(sed -n 1001p "$1" | tr -c '\040-\176' '?')" = '' ] || echo 'WRONG: and more'
}
end_if_bad() {
    [ $bad -eq 0 ] && return 0
    echo 'NOT SOUND: see above; nothing was hashed'
    exit 1
}

# 1. The look, nothing opened: plain files and folders, with plain names.
# No name is taken from here on that is not of A-Z a-z 0-9 . _ - and /.
{
    find . ! -type f ! -type d -print | sed -e 's/^\.\///' -e 's/$/: it is not a plain file/'
    find . -name '*[!A-Za-z0-9._-]*' -print |
        sed -e 's/^\.\///' -e 's/$/: it was added: no name in a bundle is like that/'
    find . -name '.?*' -print | sed -e 's/^\.\///' -e 's/$/: it is hidden: it was added/'
} >"$scratch/wrong" 2>"$scratch/errors"
[ -s "$scratch/errors" ] && wrong "it cannot be listed: $(sed 5q "$scratch/errors")"
wrongs "$scratch/wrong"
end_if_bad
find . -type d -print >"$scratch/folders" || stop 'the bundle cannot be listed'
# Mode, links, owner, group, size, month, day, time, name.
find . -type f -exec ls -ln {} + >"$scratch/long" </dev/null || stop 'the bundle cannot be listed'
awk '{ print $NF, $5 }' "$scratch/long" | sort >"$scratch/sizes"
cut -d ' ' -f 1 "$scratch/sizes" | sed 's/^\.\///' | sort >"$scratch/found"
awk '
    FILENAME == ARGV[1] { name = $1; while (sub(/\/[^\/]*$/, "", name)) full[name] = 1; next }
    !($0 in full) { sub(/^\.\//, ""); print $0 ": it is an empty folder: it was added" }
' "$scratch/sizes" "$scratch/folders" >"$scratch/wrong"
wrongs "$scratch/wrong"

# 2. The lists: plain, of a size that lists have, written as they must be.
bounded() { # name, most bytes
    awk -v name="./$1" -v most="$2" '
        $1 == name && $2 + 0 > most + 0 { print substr(name, 3) ": it is larger than such a file can be: " $2 " bytes" }
    ' "$scratch/sizes"
}
sig=tagmanifest-sha256.txt.sig
{
    bounded bagit.txt 1024
    bounded tagmanifest-sha256.txt 1048576
    bounded manifest-sha256.txt 268435456
    for name in bag-info.txt VERIFY.md verify.sh $sig tagmanifest-sha256.txt.tsr \
        data/checkpoint.txt data/checkpoint.txt.sig data/checkpoint.txt.tsr; do
        bounded $name 1048576
    done
} >"$scratch/wrong"
wrongs "$scratch/wrong"
end_if_bad
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' >"$scratch/declared"
if [ -f bagit.txt ]; then
    cmp -s "$scratch/declared" bagit.txt || wrong 'bagit.txt: it is not what it must be'
fi
: >"$scratch/listed"
: >"$scratch/sums"
: >"$scratch/signed"
for list in tagmanifest-sha256.txt manifest-sha256.txt; do
    [ -f "$list" ] || continue
    # Some awks take time without end for a line without end.
    if ! cut -b 1-1000 "$list" | cmp -s - "$list"; then
        wrong "$list: it is not written as it must be: its last line has no end, or a line is too long"
        continue
    fi
    awk -v list="$list" '
        {
            name = substr($0, 67)
            good = substr($0, 65, 2) == "  " && substr($0, 1, 64) !~ /[^0-9a-f]/
            good = good && name ~ /^[A-Za-z0-9_-]/ && name !~ /[^A-Za-z0-9._\/-]/
            good = good && name !~ /\/\.|\/\/|\/$|\.\./
            payload = name ~ /^data\//
            if (!good) print list ": it has a line that is not a hash and the name of a file: " substr($0, 1, 200)
            else if (payload != (list == "manifest-sha256.txt"))
                print list ": it lists what does not belong there: " name
            else if (name == list || name ~ /^tagmanifest-sha256\.txt/)
                print list ": it lists itself: " name
        }
    ' "$list" >"$scratch/wrong"
    wrongs "$scratch/wrong"
    [ ! -s "$scratch/wrong" ] || continue
    sed 's/^.\{66\}//' "$list" >"$scratch/names"
    sort -u "$scratch/names" >"$scratch/sorted"
    cmp -s "$scratch/names" "$scratch/sorted" || wrong "$list: it is not in order, or lists a file twice"
    awk '{ print substr($0, 1, 64) "  " substr($0, 67) }' "$list" >"$scratch/again"
    cmp -s "$list" "$scratch/again" || wrong "$list: it is not written as it must be"
    cat "$scratch/names" >>"$scratch/listed"
    cat "$scratch/again" >>"$scratch/sums"
    case $list in tag*) cat "$scratch/names" >"$scratch/signed" ;; esac
done
end_if_bad
printf '%s\n' VERIFY.md bag-info.txt bagit.txt manifest-sha256.txt verify.sh >"$scratch/tags"
lacking "$scratch/signed" "$scratch/tags" |
    sed 's/^/tagmanifest-sha256.txt: it does not list /' >"$scratch/wrong"
[ -f tagmanifest-sha256.txt ] && wrongs "$scratch/wrong"
[ ! -f fetch.txt ] || wrong 'fetch.txt: a bundle never fetches anything'

# 3. The files there are, are the files that are listed; nothing else.
{
    cat "$scratch/listed" "$scratch/tags"
    printf '%s\n' tagmanifest-sha256.txt $sig data/checkpoint.txt data/checkpoint.txt.sig \
        data/coverage.json data/events.csv data/events.jsonl data/findings.jsonl \
        data/journal.jsonl data/query.json data/records.csv data/redactions.jsonl \
        data/report.html data/timesketch.jsonl data/verify_proofs.py
    [ ! -f tagmanifest-sha256.txt.tsr ] || echo tagmanifest-sha256.txt.tsr
} | sort -u >"$scratch/wanted"
{
    lacking "$scratch/found" "$scratch/wanted" | sed \
        -e '/^tagmanifest/s/$/: it is missing, so this bundle is UNSIGNED/' \
        -e '/^data\//s/$/: it is missing (manifest-sha256.txt)/' \
        -e '/: /!s/$/: it is missing (tagmanifest-sha256.txt)/'
    lacking "$scratch/wanted" "$scratch/found" | sed \
        -e '/^data\//s/$/: manifest-sha256.txt does not list it: it was added/' \
        -e '/: /!s/$/: tagmanifest-sha256.txt does not list it: it was added/'
    { cat "$scratch/listed" "$scratch/tags" && printf '%s\n' tagmanifest-sha256.txt $sig tagmanifest-sha256.txt.tsr; } >"$scratch/known"
    lacking "$scratch/known" "$scratch/found" >"$scratch/unknown"
    lacking "$scratch/wanted" "$scratch/unknown" >"$scratch/added"
    lacking "$scratch/added" "$scratch/unknown" |
        sed 's/$/: manifest-sha256.txt does not list it/'
} >"$scratch/wrong"
wrongs "$scratch/wrong"
end_if_bad

# 4. Sizes. Only the sum is listed; a file that is empty shows in its hash.
awk '
    BEGIN { none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" }
    FILENAME == ARGV[1] { size[substr($1, 3)] = $2; next }
    {
        name = substr($0, 67)
        if (!(name in size)) next
        list = name ~ /^data\// ? "manifest-sha256.txt" : "tagmanifest-sha256.txt"
        if (size[name] == 0 && substr($0, 1, 64) != none) print name ": it is empty, and " list " says that it is not"
        if (size[name] != 0 && substr($0, 1, 64) == none) print name ": " list " says that it is empty, and it is not"
    }
' "$scratch/sizes" "$scratch/sums" >"$scratch/wrong"
wrongs "$scratch/wrong"
end_if_bad
is=$(awk '$1 ~ /^\.\/data\// { bytes += $2; files++ } END { printf "%.0f.%d", bytes, files }' "$scratch/sizes")
listed=$(sed -n 's/^Payload-Oxum: \([0-9][0-9]*\.[0-9][0-9]*\)$/\1/p' bag-info.txt | sed q)
if [ "$is" != "$listed" ]; then
    wrong "bag-info.txt: it does not say Payload-Oxum: $is"
    # Unless there is far more than is listed, hashing ends soon, and tells which
    # of the files it is.
    awk -v is="$is" -v listed="$listed" '
        BEGIN { split(is, now, "."); split(listed, then, "."); most = 2 * then[1] + 67108864 }
        now[1] + 0 > most && $2 + 0 > then[1] + 0 { print substr($1, 3) ": it alone is larger than all that is listed: " $2 " bytes" }
        now[1] + 0 > most && !said { said = 1; print "bag-info.txt: there is far more than it lists" }
    ' "$scratch/sizes" >"$scratch/wrong"
    wrongs "$scratch/wrong"
    [ ! -s "$scratch/wrong" ] || end_if_bad
fi

# 5. Every file has the hash that is listed.
if [ -s "$scratch/listed" ]; then
    sed 's/^/.\//' "$scratch/listed" | xargs $hasher 2>"$scratch/errors" |
        sed 's/^\([0-9a-f]\{64\}\) [ *]\.\//\1  /' >"$scratch/are"
    lacking "$scratch/are" "$scratch/sums" |
        sed -e 's/^.\{66\}//' -e 's/$/: its SHA-256 is not the one listed/' >"$scratch/wrong"
    wrongs "$scratch/wrong"
fi

# 6. The list of lists is signed, and the signature is written as ssh-keygen does.
digest() {
    $hasher <"$1" | cut -c 1-64
}
key=''
signature() { # file, signature, namespace
    key=''
    # "SSHSIG", version 1; lines of 70; no bits besides.
    if ! awk '
        { line[NR] = $0 }
        END {
            good = line[1] == "-----BEGIN SSH SIGNATURE-----" && line[NR] == "-----END SSH SIGNATURE-----"
            good = good && NR > 2 && index(line[2], "U1NIU0lHAAAAAQ") == 1
            for (n = 2; n < NR; n++) {
                if (length(line[n]) > 70 || length(line[n]) == 0) good = 0
                if (n < NR - 1 && length(line[n]) != 70) good = 0
                all += length(line[n])
                if (n < NR - 1 && line[n] ~ /[^A-Za-z0-9+\/]/ && !(n == NR - 2 && line[NR - 1] ~ /^=+$/)) good = 0
            }
            end = (NR > 3 ? line[NR - 2] : "") line[NR - 1]
            if (all % 4 != 0 || end !~ /^[A-Za-z0-9+\/]+=?=?$/) good = 0
            if (end ~ /==$/) { if (end !~ /[AQgw]==$/) good = 0 }
            else if (end ~ /=$/ && end !~ /[AEIMQUYcgkosw048]=$/) good = 0
            exit !good
        }
    ' "$2" || ! awk 1 "$2" | cmp -s - "$2"; then
        wrong "$2: it is not written as ssh-keygen writes signatures"
        return 0
    fi
    if [ -n "$signers" ]; then
        ssh-keygen -Y verify -f "$signers" -I "$who" -n "$3" -s "$2" <"$1" >"$scratch/said" 2>&1
    else
        ssh-keygen -Y check-novalidate -n "$3" -s "$2" <"$1" >"$scratch/said" 2>&1
    fi
    if [ $? -ne 0 ]; then
        wrong "$2: it does not fit $1${signers:+, or is by no key that $who may sign with}: $(sed 3q "$scratch/said")"
        return 0
    fi
    printf '%s: %s\n' "$1" "$(safe "$(sed 1q "$scratch/said")")"
    key=$(sed -n '1s/^Good .* key \(SHA256:[A-Za-z0-9+\/=]*\)$/\1/p' "$scratch/said")
    [ -n "$key" ] || wrong "$2: ssh-keygen does not say which key signed it"
}
key_of_bundle='' key_of_case=''
signature tagmanifest-sha256.txt $sig vestigo-bundle
key_of_bundle=$key
signature data/checkpoint.txt data/checkpoint.txt.sig vestigo-checkpoint
key_of_case=$key
said=$(sed -n 's/^Vestigo-Key: //p' bag-info.txt)
if [ -n "$key_of_bundle" ] && [ "$said" != "$key_of_bundle" ]; then
    wrong "bag-info.txt: it names another key than the one that signed: $said"
fi

# 7. Time stamps, where there are any.
stamp() { # token, what it stamps
    [ -f "$1" ] || return 0
    command -v openssl >/dev/null 2>&1 || stop 'there is a time stamp, but openssl is not available'
    openssl ts -reply -in "$1" -text </dev/null >"$scratch/stamp" 2>/dev/null
    if [ -n "$ca" ]; then
        openssl ts -verify -in "$1" -data "$2" -CAfile "$ca" </dev/null >/dev/null 2>&1 ||
            wrong "$1: openssl does not accept it"
    else
        # Without the authority's certificate: at least it stamps this very file.
        imprint=$(sed -n 's/^    00[01]0 - \(.\{47\}\).*/\1/p' "$scratch/stamp" | tr -dc '0-9a-f' | cut -c 1-64)
        [ "$imprint" = "$(digest "$2")" ] || wrong "$1: it does not stamp $2"
        printf '%s: it names %s; the authority that stamped it was NOT CHECKED (-c TSA_CA.pem)\n' "$1" "$2"
    fi
    sed -n 's/^Time stamp: /&/p' "$scratch/stamp" | tr -c '\040-\176\n' '?' | while IFS= read -r line; do
        printf '%s: %s\n' "$1" "$line"
    done
}
stamp tagmanifest-sha256.txt.tsr $sig
stamp data/checkpoint.txt.tsr data/checkpoint.txt.sig

if [ $bad -ne 0 ]; then
    echo 'NOT SOUND: see above'
    exit 1
fi
echo "sound: every file is listed and unchanged, and the list is signed by $key_of_bundle"
if [ "$key_of_bundle" != "$key_of_case" ]; then
    echo 'TWO KEYS SIGNED: the bundle is signed by'
    echo "  $key_of_bundle, and the case's checkpoint by"
    echo "  $key_of_case. Ask why: whoever exported it need not be who kept the case."
fi
if [ -n "$signers" ]; then
    printf 'signer: your list of allowed signers assigns this key to %s\n' "$(safe "$who")"
else
    echo 'NOT CHECKED: whose key that is. The signature only matches the key that came with it.'
    echo '  Compare the key with what its owner told you, or use -s ALLOWED_SIGNERS -I WHO.'
fi
echo 'NOT CHECKED: that the records are part of the sealed originals (python3 data/verify_proofs.py);'
echo '  that the fields, tables and the report say what the records say (vestigo verify);'
echo '  that the case was not rolled back (compare data/checkpoint.txt with one kept elsewhere);'
echo '  that the logs were complete and true before they were imported.'
