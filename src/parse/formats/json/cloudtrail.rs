//! AWS CloudTrail: records, digests and insights.
//!
//! Source: "CloudTrail record contents" in the AWS CloudTrail User Guide. What
//! has no ECS field stands under `aws.cloudtrail.*`: the record's own keys in
//! snake case, and below `requestParameters` and `responseElements` as the
//! service wrote them.

use crate::record::{Event, Value, fields};

use super::super::super::{Format, Framing, Seen};
use super::guess;
use super::leaves::{Leaf, leaves};

/// One CloudTrail record: an element of `Records`, or a line.
pub struct CloudTrail;

impl Format for CloudTrail {
    fn name(&self) -> &'static str {
        "aws.cloudtrail"
    }

    fn about(&self) -> &'static str {
        "AWS CloudTrail: files with a Records envelope, or a record a line; digests and insights"
    }

    fn samples(&self) -> &'static [&'static str] {
        &[
            r#"{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDAEXAMPLE","arn":"arn:aws:iam::111122223333:user/alice","accountId":"111122223333","userName":"alice"},"eventTime":"2026-03-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateAccessKey","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2.22.7","requestParameters":{"userName":"bob"},"responseElements":null,"eventID":"0f1e2d3c-0000-4000-8000-000000000001","eventType":"AwsApiCall","recipientAccountId":"111122223333"}"#,
            r#"{"awsAccountId":"111122223333","digestStartTime":"2026-03-01T09:00:00Z","digestEndTime":"2026-03-01T10:00:00Z","digestS3Bucket":"trail-bucket","logFiles":[]}"#,
        ]
    }

    fn specificity(&self) -> u8 {
        90
    }

    fn framing(&self) -> Framing {
        Framing::Json
    }

    fn read<'a>(&self, text: &'a str, event: &mut Event<'a>) -> Seen {
        let digest = text.contains("\"digestEndTime\"");
        let record = text.contains("\"eventSource\"") && text.contains("\"eventTime\"");
        if !digest && !record {
            return Seen::No;
        }
        let Some(leaves) = leaves(text) else { return Seen::No };
        for leaf in &leaves {
            put(leaf, event);
        }
        if event.when.is_none() {
            return Seen::No;
        }
        conclude(&leaves, digest, event);
        Seen::Yes
    }
}

/// Gives the first text at a path.
fn text<'l>(leaves: &'l [Leaf<'_>], path: &str) -> Option<&'l str> {
    leaves.iter().find(|leaf| leaf.path == path).and_then(|leaf| match &leaf.value {
        Value::Text(text) => Some(text.as_ref()),
        _ => None,
    })
}

/// Puts one leaf under its ECS field, and under its own name unless the field
/// says all of it.
fn put<'a>(leaf: &Leaf<'a>, event: &mut Event<'a>) {
    let value = leaf.value.clone();
    match leaf.path.as_str() {
        "eventTime" | "digestEndTime" => {
            event.when = guess::moment(&value);
            event.when_text = Some(value.text().into_owned().into());
        }
        "eventSource" => event.put(fields::EVENT_PROVIDER, value),
        "eventName" => event.put(fields::EVENT_ACTION, value),
        "eventID" => event.put(fields::EVENT_ID, value),
        "awsRegion" => event.put(fields::CLOUD_REGION, value),
        "sourceIPAddress" => {
            if let Some(ip) = guess::fitting(fields::SOURCE_IP, &value) {
                event.put(fields::SOURCE_IP, ip);
            }
            event.put(fields::SOURCE_ADDRESS, value);
        }
        "userAgent" => event.put(fields::USER_AGENT, value),
        "errorCode" => {
            event.put(fields::ERROR_CODE, value.clone());
            event.put("aws.cloudtrail.error_code", value);
        }
        "errorMessage" => {
            event.put(fields::ERROR_MESSAGE, value.clone());
            event.put("aws.cloudtrail.error_message", value);
        }
        "tlsDetails.tlsVersion" => event.put(fields::TLS_VERSION, value),
        "tlsDetails.cipherSuite" => event.put(fields::TLS_CIPHER, value),
        path => event.put(own_name(path), value),
    }
}

/// Gives the name of a leaf under our namespace: the record's own keys in snake
/// case, the services' as they are.
fn own_name(path: &str) -> String {
    let kept = ["requestParameters", "responseElements", "additionalEventData", "serviceEventDetails"];
    let (head, rest) = path.split_once('.').map_or((path, ""), |(head, rest)| (head, rest));
    let mut name = format!("aws.cloudtrail.{}", snake(head));
    if !rest.is_empty() {
        name.push('.');
        if kept.contains(&head) { name.push_str(rest) } else { name.push_str(&snake(rest)) }
    }
    name
}

/// `userIdentity` → `user_identity`, `requestID` → `request_id`.
fn snake(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (n, c) in chars.iter().enumerate() {
        let before = n.checked_sub(1).map(|n| chars[n]);
        let starts = c.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_ascii_uppercase())
                    && chars.get(n + 1).is_some_and(char::is_ascii_lowercase));
        if starts {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Puts what follows from several leaves together.
fn conclude(leaves: &[Leaf<'_>], digest: bool, event: &mut Event<'_>) {
    event.put(fields::EVENT_DATASET, "aws.cloudtrail");
    event.put(fields::EVENT_KIND, "event");
    event.put(fields::CLOUD_PROVIDER, "aws");
    let account = text(leaves, "recipientAccountId")
        .or_else(|| text(leaves, "userIdentity.accountId"))
        .or_else(|| text(leaves, "awsAccountId"));
    if let Some(account) = account {
        event.put(fields::CLOUD_ACCOUNT_ID, account.to_owned());
    }
    let refused = text(leaves, "responseElements.ConsoleLogin").is_some_and(|result| result == "Failure");
    let failed = refused || text(leaves, "errorCode").is_some() || text(leaves, "errorMessage").is_some();
    event.put(fields::EVENT_OUTCOME, if failed { "failure" } else { "success" });
    put_user(leaves, event);
    let name = text(leaves, "eventName").unwrap_or_default();
    put_kind(text(leaves, "eventSource").unwrap_or_default(), name, event);
    put_target(leaves, event);
    if digest {
        event.put(fields::MESSAGE, "CloudTrail digest");
        return;
    }
    event.put(fields::MESSAGE, told(leaves, name, failed));
}

/// Puts who acted: the user, the role's session, the service or the root user.
fn put_user(leaves: &[Leaf<'_>], event: &mut Event<'_>) {
    if let Some(id) = text(leaves, "userIdentity.principalId") {
        event.put(fields::USER_ID, id.to_owned());
    }
    if let Some(name) = actor(leaves) {
        event.put(fields::USER_NAME, name.to_owned());
    }
}

fn actor<'l>(leaves: &'l [Leaf<'_>]) -> Option<&'l str> {
    let issuer = || text(leaves, "userIdentity.sessionContext.sessionIssuer.userName");
    let from_arn = || text(leaves, "userIdentity.arn").and_then(|arn| arn.rsplit(['/', ':']).next());
    text(leaves, "userIdentity.userName")
        .or_else(issuer)
        .or_else(from_arn)
        .or_else(|| text(leaves, "userIdentity.invokedBy"))
}

/// Says in a sentence what was done.
fn told(leaves: &[Leaf<'_>], name: &str, failed: bool) -> String {
    let service = text(leaves, "eventSource").unwrap_or_default();
    let service = service.split('.').next().unwrap_or_default();
    let mut sentence = format!("{service} {name}");
    if let Some(actor) = actor(leaves) {
        sentence.push_str(&format!(" by {actor}"));
    }
    if let Some(from) = text(leaves, "sourceIPAddress") {
        sentence.push_str(&format!(" from {from}"));
    }
    let objects =
        ["userName", "roleName", "groupName", "bucketName", "name", "functionName", "secretId", "keyId"];
    let object = objects.iter().find_map(|key| text(leaves, &format!("requestParameters.{key}")));
    if let Some(object) = object {
        sentence.push_str(&format!(" on {object}"));
    }
    if failed {
        let why = text(leaves, "errorCode").or_else(|| text(leaves, "errorMessage")).unwrap_or("failure");
        sentence.push_str(&format!(": {why}"));
    }
    sentence
}

/// Puts the account, group or key that an identity call acts upon.
fn put_target(leaves: &[Leaf<'_>], event: &mut Event<'_>) {
    let identity = matches!(text(leaves, "eventSource"), Some("iam.amazonaws.com"));
    let asked = text(leaves, "requestParameters.userName");
    let answered = || text(leaves, "responseElements.user.userName");
    if let Some(name) = asked.or_else(answered).filter(|_| identity) {
        event.put(fields::USER_TARGET_NAME, name.to_owned());
    }
    if let Some(id) = text(leaves, "responseElements.user.userId") {
        event.put(fields::USER_TARGET_ID, id.to_owned());
    }
    if let Some(name) = text(leaves, "requestParameters.newUserName") {
        event.put(fields::USER_CHANGES_NAME, name.to_owned());
    }
    let group = text(leaves, "requestParameters.groupName").filter(|_| identity);
    if let Some(group) = group {
        event.put(fields::GROUP_NAME, group.to_owned());
    }
}

/// Puts the ECS category and types of a call.
fn put_kind(source: &str, name: &str, event: &mut Event<'_>) {
    let verb = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
    if name == "ConsoleLogin" || source.starts_with("signin.") {
        event.put(fields::EVENT_CATEGORY, "authentication");
        event.put(fields::EVENT_TYPE, if name == "ConsoleLogin" { "start" } else { "info" });
    } else if source == "sts.amazonaws.com" && verb(&["AssumeRole", "GetSessionToken", "GetFederationToken"])
    {
        event.put(fields::EVENT_CATEGORY, "authentication");
        event.put(fields::EVENT_TYPE, "start");
    } else if source == "iam.amazonaws.com" && !verb(&["Get", "List", "Simulate", "Generate"]) {
        event.put(fields::EVENT_CATEGORY, "iam");
        let types: [&str; 2] = match name {
            "CreateUser" => ["user", "creation"],
            "DeleteUser" => ["user", "deletion"],
            "CreateGroup" => ["group", "creation"],
            "DeleteGroup" => ["group", "deletion"],
            "AddUserToGroup" | "RemoveUserFromGroup" | "UpdateGroup" => ["group", "change"],
            "UpdateAccountPasswordPolicy" | "DeleteAccountPasswordPolicy" | "CreateAccountAlias" => {
                ["admin", "change"]
            }
            _ => ["user", "change"],
        };
        types.into_iter().for_each(|one| event.put(fields::EVENT_TYPE, one));
    } else if source == "cloudtrail.amazonaws.com"
        && verb(&["Stop", "Delete", "Update", "Put", "Start", "Create"])
    {
        event.put(fields::EVENT_CATEGORY, "configuration");
        event.put(fields::EVENT_TYPE, if verb(&["Delete"]) { "deletion" } else { "change" });
    } else {
        event.put(fields::EVENT_TYPE, "info");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_record_are_snaked_and_those_of_services_kept() {
        assert_eq!(own_name("requestParameters.bucketName"), "aws.cloudtrail.request_parameters.bucketName");
        assert_eq!(own_name("userIdentity.accessKeyId"), "aws.cloudtrail.user_identity.access_key_id");
        assert_eq!(own_name("requestID"), "aws.cloudtrail.request_id");
    }

    #[test]
    fn a_refused_call_is_told_in_a_sentence() {
        let line = r#"{"eventTime":"2026-03-02T03:25:30Z","eventSource":"cloudtrail.amazonaws.com","eventName":"StopLogging","sourceIPAddress":"203.0.113.77","userIdentity":{"userName":"deploy"},"errorCode":"AccessDenied","requestParameters":{"name":"main"}}"#;
        let mut event = Event::default();
        assert_eq!(CloudTrail.read(line, &mut event), Seen::Yes);
        assert_eq!(
            event.text(fields::MESSAGE),
            Some("cloudtrail StopLogging by deploy from 203.0.113.77 on main: AccessDenied")
        );
        assert_eq!(event.text(fields::EVENT_OUTCOME), Some("failure"));
        assert_eq!(event.text(fields::EVENT_CATEGORY), Some("configuration"));
    }
}
