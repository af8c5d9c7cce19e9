//! One CloudTrail record, read into an event.

use std::borrow::Cow;
use std::net::IpAddr;

use super::actor::CloudActor;
use super::{categorize, outcome, summary};
use crate::parse::cursor::slice;
use crate::parse::flatten::{LeafValue, Leaves};
use crate::parse::format::{Format, Framing, RecordText};
use crate::parse::time::timestamp_formats;
use crate::record::{Event, Key, fields};

/// One record of CloudTrail: an element of `Records`, or a document of its own.
pub struct CloudTrail;

impl Format for CloudTrail {
    fn name(&self) -> &'static str {
        "aws.cloudtrail"
    }

    fn about(&self) -> &'static str {
        "AWS CloudTrail records, in a Records envelope or one a line; insights and digests; parameters keep their names"
    }

    fn datasets(&self) -> &'static [&'static str] {
        &["aws.cloudtrail"]
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"eventTime":"2026-03-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.10","userAgent":"aws-cli/2.17.0","errorCode":"AccessDenied","errorMessage":"not authorized","requestParameters":{"userName":"bob"},"responseElements":null,"eventID":"3f1d7c52-0000-4000-8000-000000000001","readOnly":false,"eventType":"AwsApiCall","recipientAccountId":"111122223333"}"#,
            r#"{"eventVersion":"1.09","userIdentity":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333"},"eventTime":"2026-03-01T10:05:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","sourceIPAddress":"198.51.100.4","userAgent":"Mozilla/5.0","errorMessage":"Failed authentication","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"MFAUsed":"No"},"eventID":"3f1d7c52-0000-4000-8000-000000000002","eventType":"AwsConsoleSignIn","recipientAccountId":"111122223333"}"#,
            r#"{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T09:00:00Z","digestEndTime":"2026-03-01T10:00:00Z","digestS3Bucket":"trail.example","logFiles":[{"s3Object":"a.json.gz","hashAlgorithm":"SHA-256"}]}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        90
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn is_inner(&self) -> bool {
        true
    }

    fn read_record<'a>(&self, record: &RecordText<'a>, event: &mut Event<'a>) -> bool {
        let Some(leaves) = record.json() else { return false };
        // EventBridge puts the record into an envelope of its own.
        let inner = (leaves.has("detail.eventName", false) && leaves.has("detail-type", false))
            .then(|| leaves.below("detail"));
        let leaves = inner.as_ref().unwrap_or(leaves);
        let has = |name| leaves.text(name).is_some();
        let is_call = has("eventName") && has("eventSource") && has_shape(leaves);
        let time = if is_call || has("insightDetails.insightType") {
            "eventTime"
        } else if has("digestEndTime") && has("awsAccountId") {
            "digestEndTime"
        } else {
            return false;
        };
        put(event, leaves.clone(), time);
        true
    }
}

/// Returns whether a record has names that only CloudTrail writes: other programs have
/// an `eventName` and an `eventSource` too.
fn has_shape(leaves: &Leaves<'_>) -> bool {
    leaves.iter().any(|(name, _)| {
        matches!(name, "eventVersion" | "awsRegion" | "sourceIPAddress" | "recipientAccountId")
            || name.starts_with("userIdentity.")
    })
}

fn put<'a>(event: &mut Event<'a>, mut leaves: Leaves<'a>, time: &str) {
    event.put(fields::EVENT_DATASET, "aws.cloudtrail");
    event.put(fields::CLOUD_PROVIDER, "aws");
    event.put(fields::EVENT_OUTCOME, if outcome::has_failed(&leaves) { "failure" } else { "success" });
    categorize::put_categorization(event, &leaves);
    put_actor(event, &leaves);
    put_target(event, &leaves);
    event.put(fields::MESSAGE, summary::summarize(&leaves));
    leaves.put_rest(event, "aws.cloudtrail.");
    leaves.drain(|_, name, leaf| put_leaf(event, name, leaf, time));
}

/// Sets one leaf: as a core field that holds all of it, or under its own name.
fn put_leaf<'a>(event: &mut Event<'a>, name: &str, leaf: LeafValue<'a>, time: &str) {
    let text = match leaf {
        LeafValue::Text(text) if text.is_empty() => return,
        LeafValue::Text(text) => text,
        leaf => return event.put(Key::Custom(Cow::Owned(own_name(name))), leaf),
    };
    if name == time
        && event.parsed_time.is_none()
        && let Some(when) = timestamp_formats::whole(&text)
    {
        (event.parsed_time, event.time_text) = (Some(when), Some(text));
        return;
    }
    match name {
        "eventSource" => event.put(fields::EVENT_PROVIDER, text),
        "eventName" => event.put(fields::EVENT_ACTION, text),
        "eventID" => event.put(fields::EVENT_ID, text),
        "awsRegion" => event.put(fields::CLOUD_REGION, text),
        "userAgent" => event.put(fields::USER_AGENT, text),
        "errorCode" => event.put(fields::ERROR_CODE, text),
        "errorMessage" => event.put(fields::ERROR_MESSAGE, text),
        "awsAccountId" => event.put(fields::CLOUD_ACCOUNT_ID, text),
        "tlsDetails.cipherSuite" => event.put(fields::TLS_CIPHER, text),
        "tlsDetails.tlsVersion" => {
            let start = if text.starts_with("TLSv") { 4 } else { 0 };
            event.put(fields::TLS_VERSION, slice(&text, start..text.len()));
        }
        "sourceIPAddress" => {
            match text.parse::<IpAddr>() {
                Ok(ip) => event.put(fields::SOURCE_IP, ip),
                Err(_) if text.contains('.') && !text.contains(' ') => {
                    event.put(fields::SOURCE_DOMAIN, text.clone());
                }
                Err(_) => {}
            }
            event.put(fields::SOURCE_ADDRESS, text);
        }
        "insightDetails.eventName" if event.get(fields::EVENT_ACTION).is_none() => {
            event.put(fields::EVENT_ACTION, text);
        }
        "insightDetails.eventSource" if event.get(fields::EVENT_PROVIDER).is_none() => {
            event.put(fields::EVENT_PROVIDER, text);
        }
        name => event.put(Key::Custom(Cow::Owned(own_name(name))), text),
    }
}

/// Sets who acted, and for which account.
fn put_actor(event: &mut Event<'_>, leaves: &Leaves<'_>) {
    if let Some(id) = leaves.text("userIdentity.principalId") {
        event.put(fields::USER_ID, id.to_owned());
    }
    let actor = CloudActor::from_identity(leaves);
    if let Some(name) = actor.name {
        event.put(fields::USER_NAME, name.to_owned());
    }
    if let Some(session) = actor.session {
        let key = Key::Custom(Cow::Borrowed("aws.cloudtrail.user_identity.session_name"));
        event.put(key, session.to_owned());
    }
    let account = leaves.text("userIdentity.accountId").or_else(|| leaves.text("recipientAccountId"));
    if let Some(account) = account {
        event.put(fields::CLOUD_ACCOUNT_ID, account.to_owned());
    }
}

/// Sets the account and the group that a call to IAM acts upon.
fn put_target(event: &mut Event<'_>, leaves: &Leaves<'_>) {
    if leaves.text("eventSource") != Some("iam.amazonaws.com") {
        return;
    }
    let rows = [
        (fields::USER_TARGET_NAME, "requestParameters.userName", "responseElements.user.userName"),
        (fields::USER_TARGET_ID, "responseElements.user.userId", ""),
        (fields::USER_CHANGES_NAME, "requestParameters.newUserName", ""),
        (fields::GROUP_NAME, "requestParameters.groupName", "responseElements.group.groupName"),
        (fields::GROUP_ID, "responseElements.group.groupId", ""),
    ];
    for (id, asked, answered) in rows {
        if let Some(text) = leaves.text(asked).or_else(|| leaves.text(answered)) {
            event.put(id, text.to_owned());
        }
    }
}

/// Returns the name of a leaf under our namespace.
fn own_name(name: &str) -> String {
    const OF_SERVICES: [&str; 4] =
        ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];
    let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let mut own = String::with_capacity(name.len() + 24);
    own.push_str("aws.cloudtrail.");
    push_snake(&mut own, first);
    if let Some(rest) = rest {
        own.push('.');
        if OF_SERVICES.contains(&first) { own.push_str(rest) } else { push_snake(&mut own, rest) }
    }
    own
}

/// Writes `userIdentity` as `user_identity`, `sourceIPAddress` as `source_ip_address`.
fn push_snake(own: &mut String, name: &str) {
    let mut before = '.';
    let mut chars = name.chars().peekable();
    while let Some(c) = chars.next() {
        let after_word = before.is_ascii_lowercase() || before.is_ascii_digit();
        let before_word = before.is_ascii_uppercase() && chars.peek().is_some_and(char::is_ascii_lowercase);
        if c.is_ascii_uppercase() && (after_word || before_word) {
            own.push('_');
        }
        own.push(c.to_ascii_lowercase());
        before = c;
    }
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
