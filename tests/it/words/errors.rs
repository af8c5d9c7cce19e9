//! What is printed where something cannot be done: what, why, and what to try.

use super::{LOGIN, demo, snapshot, transcript};
use crate::env::TestEnv;

#[test]
fn errors_of_asking() {
    let script = "
        search statsu:200
        search source.ip:1.2.3
        search source.ip:10.0.0.0/99
        search '(a OR'
        search 'a)'
        search 'user.name:('
        search 'NOT'
        search '\"open'
        search 'status:>abc'
        search 'SELECT * FROM events'
        search 'last 1h'
        search ': root'
        search 'nope : x'
        search --fields user.nmae
        search source:nowhere.log
        search finding:7
        search source:nothing-like-it
        search * --fields nope
        search * --from yesterdayish
        search * --from 2026-03-02 --to 2026-03-01
        search * --limit many
        search * --format xml
        search * --all --limit 3
        search * --frobnicate
        --json search statsu:200
        --zone Mars search *
        --utc --zone Europe/Berlin search *
        top nope
        top
        timeline --interval 5x
        timeline --interval 1s --from 1970-01-01 --to 2200-01-01
        timeline --by nope
        timeline --interval 1h --buckets 3
        show zzz
        show a1b2c3d4:17
        show 6d0925ca:99999999
        --json show a1b2c3d4:17
        show LOGIN --proof --context 1
        formats show nope
        formats test FOLDER/none.log
        nonsense
        --quiet --verbose status
    ";
    snapshot("wrong_asking", &transcript(&demo(), &script.replace("LOGIN", LOGIN)));
}

#[test]
fn errors_of_writing() {
    let env = demo();
    env.write("folder/file", "it is not empty");
    let script = "
        undo
        redo
        bookmark remove LOGIN
        bookmark add zzz
        bookmark add 6d0925ca:99999999
        bookmark add
        finding show 7
        finding add ''
        finding add Title --due soon
        finding add Title --severity dreadful
        finding add Title --query statsu:200
        finding add Title --from 2026-03-01
        finding add Title --event zzz
        finding add Title
        finding set 1
        finding set 1 --state closed
        finding set 1 --state verified
        finding set 1 --state accepted
        finding set 1 --fixed-at 2026-03-03
        finding set 1 --remedy hope
        finding verify 1
        finding accept 1 --by grace --until soon --reason late
        finding accept 1 --by grace --until 2020-01-01 --reason late
        finding accept 1 --by ' ' --until 2027-01-01 --reason late
        finding sla tomorrow
        finding close 1
        finding close 1 --reason done
        finding close 1 --reason done --verdict true-positive
        rules filter add 1 --reason wrong
        rules filter remove 1 --reason wrong
        rules filter list
        finding reopen 1 --reason 'seen again'
        finding close 1 --reason 'nothing there' --verdict not-applicable
        finding close 1 --reason again
        undo
        undo
        undo
        redo
        import no-such-file.log
        import FOLDER/logs/auth.log --format no.such
        import FOLDER/logs/auth.log --year 99999
        import FOLDER/logs/auth.log --label ticket
        import
        source reread ffffffff --utc
        source reread auth.log
        source reread auth.log --year 1066
        source reread auth.log --format no.such
        source reread auth.log --zone UTC
        source reread log --zone Europe/Berlin
        source set-clock auth.log soon
        source set-clock auth.log +99999d
        new FOLDER/case
        new FOLDER/folder
        new FOLDER/other --sign FOLDER/no-key
        normalize FOLDER/none.log
        normalize FOLDER/logs/auth.log --format no.such
        open FOLDER/case
    ";
    let mut text = transcript(&env, &script.replace("LOGIN", LOGIN));
    env.run(&["bookmark", "add", LOGIN]).exits(0);
    text += &transcript(&env, "@bob undo\n@bob redo");
    snapshot("wrong_writing", &text);
}

#[test]
fn errors_of_custody() {
    let env = demo();
    env.run(&["finding", "add", "Break-in", "--query", "ip:203.0.113.77"]).exits(0);
    let out = env.path("bundle").to_string_lossy().into_owned();
    env.run(&["export", "--finding", "1", "--out", &out]).exits(0);
    env.write("empty", "");
    env.write("prose", "nothing of the kind\n");
    env.write("future.json", "{\"format\":\"vestigo-proof/99\"}\n");
    env.write("cut", "vestigo/7f0c1a52-6f0f-4a59-8d0b-0a8a3c1d2e3f 16\n");
    let script = "
        export
        export --finding 7 --out FOLDER/out
        export --query * --out .
        export --query * --out FOLDER/no/such/folder
        export --query statsu:200 --out FOLDER/out
        export --finding 1 --from 2026-03-01 --out FOLDER/out
        export --finding 1 --redact user.nmae --out FOLDER/out
        export --finding 1 --redact-values FOLDER/empty --out FOLDER/out
        export --finding 1 --redact-values FOLDER/none --out FOLDER/out
        export --finding 1 --redact-reason privacy --out FOLDER/out
        export --finding 1 --redact user.name --originals --out FOLDER/out
        export --finding 1 --sign FOLDER/none --out FOLDER/out
        export --finding 1 --sign FOLDER/prose --out FOLDER/out
        export --event zzz --out FOLDER/out
        --json export --finding 7 --out FOLDER/out
        verify no-such-bundle
        verify FOLDER/prose
        verify FOLDER/future.json
        verify --require anchord
        verify --anchor FOLDER/none
        verify --anchor FOLDER/prose
        verify --anchor FOLDER/cut
        verify --tsa-ca FOLDER/none
        verify --allowed-signers FOLDER/none
        verify --allowed-signers FOLDER/prose
        verify --revoked FOLDER/none
        --json verify no-such-bundle
        checkpoint --sign FOLDER/none
        checkpoint --sign FOLDER/bundle/tagmanifest-sha256.txt.sig
        checkpoint --out FOLDER/prose
        checkpoint --tsa http://127.0.0.1:9/tsr
        reveal FOLDER/bundle [user.name:0123456789abcdef]
        reveal FOLDER/none [user.name:0123456789abcdef]
        replay FOLDER/none
        replay FOLDER/prose
        transfer new FOLDER/none --released-by A --received-by B --purpose review --place Berlin
        transfer new FOLDER/bundle --released-by A --received-by B
        transfer check FOLDER/none
        transfer check FOLDER/prose
        transfer receive FOLDER/none --sign FOLDER/prose
        journal merge FOLDER/none
        journal merge FOLDER/prose
        journal merge FOLDER/logs
        keys allow
        repair --out FOLDER/case
        --case FOLDER/none repair --out FOLDER/saved
        --case FOLDER/none reindex
        --case FOLDER/none checkpoint
        --case FOLDER/none export --all
    ";
    snapshot("wrong_custody", &transcript(&env, script));
}

#[test]
fn errors_where_there_is_no_case() {
    let env = TestEnv::new().wide();
    env.run(&["new", &env.path("whole").to_string_lossy()]).exits(0);
    let about = std::fs::read_to_string(env.path("whole/case.toml")).expect("it is there");
    env.write("newer/case.toml", about.replace("schema = 1", "schema = 99"));
    env.write("prose/case.toml", "this is prose\n");
    let script = "
        status
        search x
        verify
        source list
        finding list
        undo
        journal
        --case FOLDER/newer status
        --case FOLDER/prose status
        --case no-such-name status
        --case FOLDER/prose verify
        --case FOLDER/prose import FOLDER/newer
        --case FOLDER/prose repair --out FOLDER/saved
    ";
    snapshot("wrong_case", &transcript(&env, script));
}

#[test]
fn errors_where_another_process_writes() {
    let env = demo();
    let clock = vestigo::record::FixedClock(vestigo::record::Timestamp::from_secs(0));
    let other = vestigo::journal::Actor::new("other", "elsewhere");
    let held = vestigo::case::CaseWriter::open(&env.path("case"), &other, &clock).expect("nobody writes");
    let script = "
        bookmark add LOGIN
        import FOLDER/logs
        export --all --out FOLDER/bundle
        checkpoint
        reindex
        search failure --count
    ";
    let text = transcript(&env, &script.replace("LOGIN", LOGIN));
    drop(held);
    let number = regex::Regex::new(r"\bprocess \d+|\bpid \d+").expect("the expression is valid");
    snapshot("wrong_held", &number.replace_all(&text, "process N"));
}

#[test]
fn errors_where_the_journal_ends_in_a_torn_line() {
    let env = demo();
    let path = env.path("case/journal.jsonl");
    let mut bytes = std::fs::read(&path).expect("it is there");
    bytes.extend_from_slice(b"{\"seq\":3,\"prev\":\"");
    std::fs::write(&path, bytes).expect("it can be written");
    let script = "
        status
        verify
        bookmark add LOGIN
        verify
        journal
    ";
    snapshot("torn_journal", &transcript(&env, &script.replace("LOGIN", LOGIN)));
}
