//! A record in a sentence: what was done, by whom, from where, on what.

use crate::parse::formats::leaves::Leaves;

/// Who acted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Actor<'l> {
    /// The user, the role that was assumed, or `root`.
    pub name: Option<&'l str>,
    /// The name under which a role was assumed: often the person behind it.
    pub session: Option<&'l str>,
    /// The service of AWS that acted by itself.
    service: Option<&'l str>,
}

impl<'l> Actor<'l> {
    pub(super) fn of(leaves: &'l Leaves<'_>) -> Actor<'l> {
        let resource = leaves.text("userIdentity.arn").and_then(|arn| arn.splitn(6, ':').nth(5));
        let (name, session) = match resource {
            Some("root") => (Some("root"), None),
            Some(resource) => match resource.strip_prefix("assumed-role/") {
                Some(role) => {
                    role.rsplit_once('/').map_or((None, None), |(role, own)| (Some(role), Some(own)))
                }
                None => (resource.rsplit_once('/').map(|(_, name)| name), None),
            },
            None => (None, None),
        };
        let root = || (leaves.text("userIdentity.type") == Some("Root")).then_some("root");
        let name = leaves
            .text("userIdentity.userName")
            .or_else(|| leaves.text("userIdentity.sessionContext.sessionIssuer.userName"))
            .or(name)
            .or_else(root)
            .filter(|name| !name.is_empty());
        Actor { name, session, service: leaves.text("userIdentity.invokedBy") }
    }
}

/// What a call acts upon, in `requestParameters`; the first that is there is told.
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

/// Says what a record tells.
pub(super) fn told(leaves: &Leaves<'_>) -> String {
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
    let mut told = format!("{} {}", short(text("eventSource")), text("eventName"));
    let actor = Actor::of(leaves);
    match (actor.name, actor.session) {
        (Some(name), Some(session)) => told.extend([" by ", name, "/", session]),
        (Some(name), None) => told.extend([" by ", name]),
        (None, _) => actor.service.into_iter().for_each(|service| told.extend([" by ", service])),
    }
    if let Some(from) = leaves.text("sourceIPAddress") {
        told.extend([" from ", from]);
    }
    push_object(&mut told, leaves);
    match leaves.text("errorCode").or_else(|| leaves.text("errorMessage")) {
        Some(error) if !error.is_empty() => told.extend([": ", error]),
        _ if super::failed(leaves) => told.push_str(": Failure"),
        _ => {}
    }
    told
}

fn push_object(told: &mut String, leaves: &Leaves<'_>) {
    let asked =
        || leaves.iter().filter_map(|(name, leaf)| Some((name.strip_prefix("requestParameters.")?, leaf)));
    let best = asked()
        .filter_map(|(name, leaf)| Some((OBJECTS.iter().position(|object| *object == name)?, leaf.text()?)))
        .min_by_key(|(rank, _)| *rank);
    let Some((rank, object)) = best else { return };
    told.extend([" on ", object]);
    if OBJECTS[rank] == "bucketName"
        && let Some(key) = leaves.text("requestParameters.key")
    {
        told.extend(["/", key]);
    }
}

/// Gives `iam` for `iam.amazonaws.com`.
fn short(source: &str) -> &str {
    source.split('.').next().unwrap_or(source)
}
