use super::model::*;
use super::page::{STYLE, render_page};
use super::sample;
use crate::export::report::chart::Paper;

use base64::Engine as _;
use sha2::Digest as _;
use unicode_width::UnicodeWidthStr;

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=1>\u{202e}\x1b[31m\x07\0\u{9b}\u{200b}\r\n]]>--><!--{{7*7}}</style>";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn hostile_line() -> EventLine {
    EventLine {
        id: hostile(),
        time: hostile(),
        doubt: hostile(),
        outcome: hostile(),
        actor: hostile(),
        from: hostile(),
        what: hostile(),
        raw: hostile(),
        source_path: hostile(),
        line: 1,
        sha256: hostile(),
        redacted: true,
    }
}

fn hostile_note() -> ReportNote {
    ReportNote { at: hostile(), by: hostile(), text: hostile() }
}

fn hostile_finding() -> FindingSection {
    FindingSection {
        number: 1,
        uid: hostile(),
        title: hostile(),
        severity: hostile(),
        state: hostile(),
        verdict: Some(hostile()),
        owner: hostile(),
        due: hostile(),
        tags: vec![hostile()],
        created: hostile(),
        created_by: hostile(),
        notes: vec![hostile_note()],
        history: vec![hostile_note()],
        events: vec![hostile_line()],
        events_total: 2,
        query: Some(hostile()),
        orphaned: 1,
    }
}

fn hostile_report() -> Report {
    let bucket =
        |gap| ChartBucket { label: hostile(), mark: hostile(), success: 1, failure: 1, other: 1, gap };
    Report {
        cover: Cover {
            title: hostile(),
            case_id: hostile(),
            examiner: hostile(),
            as_of: hostile(),
            tool: hostile(),
            bundle: hostile(),
            key_fingerprint: Some(hostile()),
            checkpoint: Some(ReportCheckpoint { origin: hostile(), size: 1, root_base64: hostile() }),
        },
        statement: hostile(),
        facts: vec![Fact { label: hostile(), value: hostile() }],
        asked: hostile(),
        findings: vec![hostile_finding()],
        bookmarks: vec![BookmarkedEvent { event: hostile_line(), note: hostile(), tags: vec![hostile()] }],
        events: vec![hostile_line()],
        events_total: 2,
        chart: Some(ReportChart {
            buckets: vec![bucket(false), bucket(true)],
            width_text: hostile(),
            from: hostile(),
            to: hostile(),
        }),
        coverage: vec![CoverageRow {
            source_path: hostile(),
            format: hostile(),
            sha256: hostile(),
            first: hostile(),
            last: hostile(),
            gaps: vec![hostile()],
            basis: hostile(),
            remarks: vec![hostile()],
            ..CoverageRow::default()
        }],
        not_read: vec![UnreadRow { path: hostile(), status: hostile(), reason: hostile() }],
        custody: vec![CustodyRow {
            seq: 1,
            at: hostile(),
            by: hostile(),
            act: hostile(),
            summary: hostile(),
        }],
        redactions: vec![RedactionRow { field: hostile(), values: 1, why: hostile() }],
        not_proven: vec![hostile()],
        zone: hostile(),
    }
}

/// Returns what is between `<` and `>`, attributes included.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().expect("split gives one part")).collect()
}

fn body(page: &str) -> &str {
    page.split_once("</style>").expect("the page has a style").1
}

/// Returns what stands in the section with an anchor.
fn section<'a>(page: &'a str, id: &str) -> Option<&'a str> {
    let rest = page.split_once(&format!("<section id=\"{id}\">"))?.1;
    rest.split_once("</section>").map(|(inside, _)| inside)
}

#[test]
fn hostile_text_stays_text() {
    let page = render_page(&hostile_report()).expect("it is written");
    let small = page.to_ascii_lowercase();
    for word in ["<script", "<img", "<!--", "javascript:"] {
        assert!(!small.contains(word), "the page has {word}");
    }
    assert_eq!(small.matches("</style").count(), 1, "only its own style ends");
    for tag in tags(body(&page)) {
        for word in ["onerror", "alert", "31m", "202E", "ESC", "&#", "7*7"] {
            assert!(!tag.contains(word), "{word} stands in a tag: <{tag}>");
        }
    }
    let acts = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{feff}');
    assert_eq!(page.chars().find(|c| acts(c) || (c.is_control() && *c != '\n')), None);
}

#[test]
fn hostile_text_is_shown_wherever_it_was_given() {
    let page = render_page(&hostile_report()).expect("it is written");
    let whole = "&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#62;&#60;img src=x onerror=1&#62;&#60;U+202E&#62;&#60;ESC&#62;[31m&#60;BEL&#62;&#60;NUL&#62;\\x9b&#60;U+200B&#62;";
    // Every string of the report, less the two that are cut into fours; three
    // events have nine each, and labels stand in tips and in the list of gaps.
    assert!(page.matches(whole).count() > 75, "only {} of them", page.matches(whole).count());
}

#[test]
fn every_tag_that_opens_closes() {
    const VOID: [&str; 7] = ["meta", "br", "wbr", "line", "!doctype", "link", "hr"];
    for report in [sample::report(), sample::nothing(), hostile_report(), Report::default()] {
        let page = render_page(&report).expect("it is written");
        let mut open = Vec::new();
        for tag in tags(&page) {
            let name = tag.split([' ', '\n', '/']).find(|part| !part.is_empty()).expect("a tag has a name");
            if tag.starts_with('/') {
                assert_eq!(open.pop(), Some(name), "</{name}> closes another");
            } else if !VOID.contains(&name) && !tag.ends_with('/') {
                open.push(name);
            }
        }
        assert_eq!(open, Vec::<&str>::new());
    }
}

#[test]
fn anchors_are_unique_and_every_link_leads_to_one() {
    for report in [sample::report(), sample::nothing(), hostile_report(), Report::default()] {
        let page = render_page(&report).expect("it is written");
        let of = |name: &str| -> Vec<String> {
            let after = page.split(name).skip(1);
            after
                .map(|rest| rest.split(['"', ')']).next().expect("split gives one part").to_owned())
                .collect()
        };
        let ids = of(" id=\"");
        let mut once = ids.clone();
        once.sort();
        once.dedup();
        assert_eq!(once.len(), ids.len(), "an anchor stands twice");
        for link in of("href=\"#").iter().chain(&of("url(#")) {
            assert!(ids.contains(link), "nothing is at #{link}");
        }
        let outside =
            |tag: &&str| tag.contains("href=\"h") || tag.contains("src=") || tag.starts_with("link");
        assert_eq!(tags(body(&page)).into_iter().find(outside), None, "the page leads outside");
    }
}

#[test]
fn the_policy_names_the_hash_of_the_style_and_allows_nothing_else() {
    let page = render_page(&sample::report()).expect("it is written");
    let (_, rest) = page.split_once("<style>").expect("the page has a style");
    let (style, _) = rest.split_once("</style>").expect("the style ends");
    assert!(style.starts_with(STYLE), "the style is another");
    assert!(!STYLE.contains("@import") && !STYLE.contains("url("), "the style loads nothing");
    let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
    let policy =
        format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'");
    assert!(page.contains(&format!("content=\"{policy}\"")), "the policy is another");
    assert!(!body(&page).contains("style=\""), "the policy forbids styles in tags");
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    assert_eq!(
        render_page(&sample::report()).expect("it is written"),
        render_page(&sample::report()).expect("it is written")
    );
}

#[test]
fn a_search_without_a_match_says_so_and_puts_coverage_first() {
    let page = render_page(&sample::nothing()).expect("it is written");
    let summary = section(&page, "summary").expect("there is a summary");
    assert!(summary.contains("No event matches user.name:mallory"), "{summary}");
    assert!(summary.contains("Nothing matched: this bundle holds no event."), "{summary}");
    let at = |id: &str| page.find(&format!("<section id=\"{id}\">"));
    assert!(at("asked") < at("coverage") && at("coverage") < at("custody"));
    for absent in ["events", "timeline", "bookmarks", "findings", "redactions"] {
        assert_eq!(section(&page, absent), None, "{absent}");
    }
    let coverage = section(&page, "coverage").expect("there is coverage");
    assert!(coverage.contains("2 sources were searched. Together they hold 1,252,588 events"), "{coverage}");
}

#[test]
fn an_empty_report_is_still_a_page() {
    let page = render_page(&Report::default()).expect("it is written");
    for words in [
        "None: this bundle is not signed.",
        "No source was searched.",
        "No entry of the journal is part of this bundle.",
        "Whoever made this bundle stated no limits.",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_list_that_is_cut_says_where_the_rest_is() {
    let mut report = sample::report();
    let page = render_page(&report).expect("it is written");
    let shown =
        |page: &str, words: &str| section(page, "events").is_some_and(|events| events.contains(words));
    assert!(shown(&page, "The first 40 of 1,252 events are printed here; all of them are in"));
    report.events_total = 40;
    assert!(!shown(&render_page(&report).expect("it is written"), "The first"));
}

#[test]
fn the_largest_counts_are_added_and_drawn() {
    let mut report = sample::report();
    report.events_total = u64::MAX;
    for source in &mut report.coverage {
        source.events = u64::MAX;
    }
    let chart = report.chart.as_mut().expect("the sample has a chart");
    chart.buckets[3] =
        ChartBucket { success: u64::MAX, failure: u64::MAX, other: u64::MAX, ..chart.buckets[3].clone() };
    let page = render_page(&report).expect("it is written");
    assert!(page.contains("36,893,488,147,419,103,230 events"), "two sources of u64::MAX events");
    assert!(!page.contains("NaN") && !page.contains("inf\""), "the chart has places that are none");
}

#[test]
fn an_endless_record_is_cut_and_says_so() {
    let raw = "é".repeat(5_000);
    let mut report = sample::report();
    report.events = vec![EventLine { raw, ..sample::event(3) }];
    let page = render_page(&report).expect("it is written");
    let events = section(&page, "events").expect("there are events");
    assert!(events.contains("Cut here: the record has 5,000 characters. All of it is in data/raw."));
    assert_eq!(events.matches('é').count(), super::page::RECORD_CHARS);
}

#[test]
fn lines_of_a_record_and_of_a_note_stay_apart() {
    let page = render_page(&sample::report()).expect("it is written");
    assert!(
        page.contains("/var/www<span class=\"sign\">&lt;LF&gt;</span><br>    continued on a second line")
    );
    assert!(page.contains("<p>Same minute as the login.</p>"));
}

#[test]
fn every_printed_page_names_its_bundle_and_nothing_gets_into_the_style() {
    let page = render_page(&sample::report()).expect("it is written");
    assert!(page.contains("content: \"Evidence report 2026-014-x3, case 2026-014\";"));
    let page = render_page(&hostile_report()).expect("it is written");
    let style = page.split_once(STYLE).and_then(|(_, rest)| rest.split_once("</style>")).expect("a style");
    assert_eq!(
        style.0,
        "@page { @bottom-left { content: \"Evidence report scriptalert1scriptimgsrcxonerror131m----, \
         case scriptalert1scriptimgsrcxonerror131m----\"; } }\n"
    );
}

#[test]
fn a_cell_that_would_fill_a_page_is_cut_and_its_record_is_not() {
    let mut report = sample::report();
    report.events = vec![EventLine { what: "é".repeat(1_500), raw: "è".repeat(1_500), ..sample::event(3) }];
    let page = render_page(&report).expect("it is written");
    let events = section(&page, "events").expect("there are events");
    assert!(events.contains("é … (1,500 characters)</td>"));
    assert_eq!((events.matches('é').count(), events.matches('è').count()), (240, 1_500));
}

#[test]
fn a_redacted_record_shows_neither_bytes_nor_hash_and_says_so_on_the_cover() {
    let mut report = sample::report();
    let hidden = EventLine { raw: String::new(), sha256: String::new(), redacted: true, ..sample::event(3) };
    report.events = vec![hidden];
    let page = render_page(&report).expect("it is written");
    let events = section(&page, "events").expect("there are events");
    assert!(events.contains("its bytes are left out, and its SHA-256") && !events.contains("SHA-256 <span"));
    let cover = page.split_once("</header>").expect("there is a cover").0;
    assert!(cover.contains("<strong>Yes:</strong> <span class=\"code\">user.email</span>"), "{cover}");
    report.redactions.clear();
    let page = render_page(&report).expect("it is written");
    assert!(!page.split_once("</header>").expect("there is a cover").0.contains("Redacted"));
}

#[test]
fn older_entries_and_what_was_not_read_are_told() {
    let mut report = sample::report();
    report.custody.remove(0);
    report.custody.remove(0);
    report.not_read = vec![report.not_read[0].clone(); 101];
    let page = render_page(&report).expect("it is written");
    let custody = section(&page, "custody").expect("there is custody");
    assert!(custody.contains("The newest 2 entries are printed here; the 2 before them"), "{custody}");
    let coverage = section(&page, "coverage").expect("there is coverage");
    assert!(coverage.contains("101 items were met at import and not read."), "{coverage}");
    assert_eq!(coverage.matches("/var/log/lastlog").count(), 100);
}

/// Writes pages to look at into the folder that `VESTIGO_REPORT_SAMPLES` names
/// when the tests are built.
#[test]
fn pages_for_looking_at_are_written_on_request() {
    let Some(folder) = option_env!("VESTIGO_REPORT_SAMPLES") else { return };
    for (name, report) in
        [("report", sample::report()), ("nothing", sample::nothing()), ("hostile", hostile_report())]
    {
        let page = render_page(&report).expect("it is written");
        std::fs::write(format!("{folder}/{name}.html"), page).expect("the folder is there");
    }
}

#[test]
fn words_of_a_chart_never_overlap_and_stay_on_the_paper() {
    let labels =
        ["7", "02:15", "01 Mar 10:30", "2026-03-01 10:30:00.000+05:30", HOSTILE, "北京北京北京北京北京北京"];
    for label in labels {
        for intervals in [1, 2, 7, 96, 700, 5_000] {
            for holes in [2, 3, 11] {
                let bucket = |at| ChartBucket {
                    mark: label.to_owned(),
                    gap: at % holes == 0,
                    ..ChartBucket::default()
                };
                let chart =
                    ReportChart { buckets: (0..intervals).map(bucket).collect(), ..ReportChart::default() };
                for paper in [Paper::WIDE, Paper::NARROW] {
                    let drawing = crate::export::report::chart::draw(&chart, &paper);
                    let columns = |text: &str| UnicodeWidthStr::width(text) as f64 * 6.4;
                    let beginning = drawing.labels.iter().map(|word| (word.x, word.x + columns(&word.text)));
                    let middled = drawing.names.iter().map(|word| {
                        let half = columns(&word.text) / 2.0;
                        (word.x - half, word.x + half)
                    });
                    for spans in [beginning.collect::<Vec<_>>(), middled.collect()] {
                        assert!(!spans.is_empty() || intervals == 1, "{label} {intervals}: no words at all");
                        assert!(
                            spans
                                .iter()
                                .all(|(from, to)| *from >= drawing.left - 0.02 && *to <= drawing.width)
                        );
                        assert!(
                            spans.windows(2).all(|two| two[0].1 < two[1].0),
                            "{label} {intervals}: {spans:?}"
                        );
                    }
                }
            }
        }
    }
}
