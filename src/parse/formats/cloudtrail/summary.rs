//! The message of a record: what was done, by whom, from where, on what.

use super::actor::CloudActor;
use super::outcome::has_failed;
use crate::parse::flatten::Leaves;

/// Names in `requestParameters` of what a call acts on; the first that is present goes
/// into the message.
const OBJECTS: [&str; 28] = [
    "userName",
    "roleName",
    "groupName",
    "bucketName",
    "roleArn",
    "policyArn",
    "name",
    "trailName",
    "functionName",
    "secretId",
    "keyId",
    "keyName",
    "instanceId",
    "instancesSet.items.instanceId",
    "instanceIds",
    "groupId",
    "snapshotId",
    "volumeId",
    "imageId",
    "dBInstanceIdentifier",
    "clusterName",
    "tableName",
    "logGroupName",
    "detectorId",
    "modelId",
    "domainName",
    "hostedZoneId",
    "documentName",
];

/// Returns the message of a record.
pub fn summarize(leaves: &Leaves<'_>) -> String {
    let text = |name: &str| leaves.text(name).unwrap_or("");
    if leaves.text("digestEndTime").is_some() {
        let files = leaves.iter().filter(|(name, _)| *name == "logFiles.s3Object").count();
        let (start, end) = (text("digestStartTime"), text("digestEndTime"));
        return format!("digest of {files} log files from {start} to {end}");
    }
    if let Some(insight) = leaves.text("insightDetails.insightType") {
        let (service, name) = (text("insightDetails.eventSource"), text("insightDetails.eventName"));
        return format!("insight {insight} on {} {name}: {}", short(service), text("insightDetails.state"));
    }
    let mut summary = format!("{} {}", short(text("eventSource")), text("eventName"));
    let actor = CloudActor::from_identity(leaves);
    match (actor.name, actor.session) {
        (Some(name), Some(session)) => summary.extend([" by ", name, "/", session]),
        (Some(name), None) => summary.extend([" by ", name]),
        (None, _) => actor.service.into_iter().for_each(|service| summary.extend([" by ", service])),
    }
    if let Some(from) = leaves.text("sourceIPAddress") {
        summary.extend([" from ", from]);
    }
    push_object(&mut summary, leaves);
    match leaves.text("errorCode").or_else(|| leaves.text("errorMessage")) {
        Some(error) if !error.is_empty() => summary.extend([": ", error]),
        _ if has_failed(leaves) => summary.push_str(": Failure"),
        _ => {}
    }
    summary
}

fn push_object(summary: &mut String, leaves: &Leaves<'_>) {
    let asked =
        || leaves.iter().filter_map(|(name, leaf)| Some((name.strip_prefix("requestParameters.")?, leaf)));
    let best = asked()
        .filter_map(|(name, leaf)| Some((OBJECTS.iter().position(|object| *object == name)?, leaf.text()?)))
        .min_by_key(|(rank, _)| *rank);
    let Some((rank, object)) = best else { return };
    summary.extend([" on ", object]);
    if OBJECTS[rank] == "bucketName"
        && let Some(key) = leaves.text("requestParameters.key")
    {
        summary.extend(["/", key]);
    }
}

/// Returns `iam` for `iam.amazonaws.com`.
fn short(source: &str) -> &str {
    source.split('.').next().unwrap_or(source)
}
