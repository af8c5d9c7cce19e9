//! What can be done with a case, once for every front end.
//!
//! Owns the use cases: creating a case, import, search, annotations, findings,
//! checkpoints, export, verification, merging, handover, repair. Each takes a
//! [`Session`] (which case, who, the clock, the user's configuration) and returns
//! what was done, with what did not come to its end as [`Warning`]s. Promises to
//! print nothing and to read no environment, so that the command line and the
//! screens do the same thing in the same way; and that whoever waits can watch a
//! long use case, and stop it.

mod annotations;
mod bookmarks;
mod checkpoint;
mod config;
mod create;
mod demo;
mod describe;
mod detect;
mod drift;
mod evidence_scope;
mod explain;
mod export;
mod filters;
mod finding_lookup;
mod findings;
mod fix_proof;
mod formats;
mod handover;
mod import;
mod incidents;
mod indicators;
mod journal_merge;
mod keys;
mod last_case;
mod piped_query;
mod quality;
mod reconcile;
mod repair;
mod row_stages;
mod rule_canaries;
mod rules;
mod search;
mod session;
mod sources;
mod status;
mod timeline;
mod undo;
mod user_file;
mod verify;
mod warning;

pub use annotations::{WrittenAnnotations, annotate, event_refs, find_events};
pub use bookmarks::{BookmarkView, bookmark, remove_bookmark};
pub use checkpoint::{CheckpointReceipt, CheckpointRequest, sign_checkpoint};
pub use config::{Config, ConfigFolder};
pub use create::{NewCase, case_exists, create_case};
pub use demo::write_demo_logs;
pub use describe::describe_annotation;
pub use detect::{DetectReport, DetectRequest, count_rule_matches, day_of, detect, set_parameter};
pub use drift::{Drift, DriftKind};
pub use evidence_scope::EvidenceScope;
pub use explain::{EventExplanation, explain_event};
pub use export::{ExportRequest, ExportedBundle, export, export_choices, read_redacted_values};
pub use filters::{
    FilterProposal, LEAST_VERDICTS, VerdictShare, propose_filter, remove_filter, verdict_shares,
};
pub use finding_lookup::{finding, finding_of_uid};
pub use findings::{
    FindingDraft, FindingView, accept_finding, change_finding, close_finding, count_finding_events,
    count_overdue, create_finding, due_date, due_day, reopen_finding, verify_finding,
};
pub use fix_proof::prove_fix;
pub use formats::{
    FormatAttempt, explain_line, format_of_log_format, load_user_formats, parse_log_format, test_format_file,
};
pub use handover::{
    TransferRequest, check_transfer, receive_transfer, replay_bundle, reveal_token, start_transfer,
};
pub use import::{ImportRequest, PendingImport};
pub use incidents::{Incident, case_incidents, incident_numbers};
pub use indicators::{IndicatorList, indicator_lists, read_indicator_file, remove_indicators};
pub use journal_merge::{MergeConflict, MergeReport, merge_journal};
pub use keys::{AllowedKey, allowed_key};
pub use last_case::{last_case, remember_case};
pub use piped_query::{PipedAnswer, ResultTable, answer};
pub use quality::{Duplicates, FieldCount, SaidShares, SourceQuality, TimeQuality, source_quality};
pub use repair::{rebuild_index, repair_case};
pub use rule_canaries::{CanaryFault, check_canaries};
pub use rules::load_rules;
pub use search::{each_match, record_proof, show_records};
pub use session::Session;
pub use sources::{SourceChange, find_source, reread_source};
pub use status::CaseStatus;
pub use timeline::{BucketChoice, MOST_BUCKETS, parse_interval, timeline};
pub use undo::{Reversal, redo, undo};
pub use user_file::read_user_file;
pub use verify::{RequiredCheck, Verification, VerifyRequest, VerifyTarget, verify};
pub use warning::Warning;

// The types of other rooms in which use cases are asked for, and answered.
pub use crate::analyse::{
    Diagnosis, Explanation, IndicatorKind, NotEvaluated, RuleSet, behavior_detectors, diagnose, full_name,
};
pub use crate::case::{
    Case, CaseMetadata, CaseWriter, CheckpointInfo, EvidenceStatus, Receipt, SourceInfo, TOOL, Watch,
    write_new,
};
pub use crate::export::{
    ExportStage, Note, ReplayReport, SelectedQuery, Selection, TransferCheck as CheckedTransfer,
    VERIFY_PROOFS_SCRIPT, VERIFY_SH_SCRIPT, bundle_name,
};
pub use crate::import::{ImportReport, ImportRow, ImportStatus, Limits, Progress, normalize, walk};
pub use crate::index::{
    CancelToken, Figure, Histogram, HistogramBucket, Hit, Order, Request, TableCell, TableRow, TermOrder,
    TopValues, is_damaged,
};
pub use crate::journal::{
    ANCHORS, Acceptance, Actor, Annotation, Bookmark, Conflict, Detected, Entry, EventRef, Finding,
    FindingChange, FindingVerdict, FixProof, History, HistoryItem, Home, Lost, Remedy, RereadChange,
    SavedQuery, Severity, Signer, Sla, Status, Trust, checkpoint_name,
};
pub use crate::parse::{
    Corrections, FORMATS, Format, Framer, LOG_FORMAT_NAME, ParseOptions, Plan, Stated, YEARS, format_by_name,
    format_clock_offset, parse_clock_offset,
};
pub use crate::verify::{Damage, DamageScope, Depth, Levels, VerifyReport, VerifyScope};
