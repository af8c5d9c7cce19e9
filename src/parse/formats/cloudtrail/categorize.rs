//! ECS kind, category and types of a call.

use crate::parse::flatten::Leaves;
use crate::record::{Event, fields};

/// Sets the ECS categorization fields.
pub fn put_categorization(event: &mut Event<'_>, leaves: &Leaves<'_>) {
    let is_insight = leaves.text("insightDetails.insightType").is_some();
    event.put(fields::EVENT_KIND, if is_insight { "alert" } else { "event" });
    let (source, name) = (leaves.text("eventSource").unwrap_or(""), leaves.text("eventName").unwrap_or(""));
    let (category, types) = categorize(source, name);
    if let Some(category) = category {
        event.put(fields::EVENT_CATEGORY, category);
    }
    types.iter().for_each(|one| event.put(fields::EVENT_TYPE, *one));
}

type Categorization = (Option<&'static str>, &'static [&'static str]);

/// Returns category and types: who may sign in and do what is `iam`, signing in is
/// `authentication`, and what changes how an account is watched or built is
/// `configuration`. Calls that read leave no category.
fn categorize(source: &str, name: &str) -> Categorization {
    let reads = begins(
        name,
        &["Get", "List", "Describe", "Head", "Lookup", "Search", "Simulate", "Generate", "Batch"],
    );
    match source.strip_suffix(".amazonaws.com").unwrap_or(source) {
        "signin" if name == "ConsoleLogin" => (Some("authentication"), &["start"]),
        "signin" => (Some("authentication"), &["info"]),
        "sts" if begins(name, &["AssumeRole", "GetSessionToken", "GetFederationToken"]) => {
            (Some("authentication"), &["start"])
        }
        "iam" => (Some("iam"), iam(name, reads)),
        "ec2" if name.ends_with("KeyPair") && !reads => (
            Some("iam"),
            if begins(name, &["Delete"]) { &["admin", "deletion"] } else { &["admin", "creation"] },
        ),
        _ if reads || name.is_empty() => (None, &["info"]),
        _ if begins(name, &["Create", "Run", "Allocate"]) => (Some("configuration"), &["creation"]),
        _ if begins(name, &["Delete", "Terminate", "Release"]) => (Some("configuration"), &["deletion"]),
        _ if begins(name, &CHANGES) => (Some("configuration"), &["change"]),
        _ => (None, &["info"]),
    }
}

/// The prefixes of names of calls that change something.
const CHANGES: [&str; 18] = [
    "Add",
    "Associate",
    "Attach",
    "Authorize",
    "Detach",
    "Disable",
    "Disassociate",
    "Enable",
    "Modify",
    "Put",
    "Register",
    "Remove",
    "Reset",
    "Revoke",
    "Set",
    "Start",
    "Stop",
    "Update",
];

/// Returns whom a call to IAM concerns, and whether it makes, removes or changes. What
/// belongs to a user (keys, passwords, devices) is a change of the user.
fn iam(name: &str, reads: bool) -> &'static [&'static str] {
    const OF_USERS: [&str; 8] = [
        "User",
        "AccessKey",
        "MFADevice",
        "SSHPublicKey",
        "LoginProfile",
        "SigningCertificate",
        "ServiceSpecificCredential",
        "ChangePassword",
    ];
    let group = name.contains("Group");
    let user = !group && OF_USERS.iter().any(|own| name.contains(own));
    match (name, reads) {
        ("CreateGroup", _) => &["group", "creation"],
        ("DeleteGroup", _) => &["group", "deletion"],
        ("CreateUser", _) => &["user", "creation"],
        ("DeleteUser", _) => &["user", "deletion"],
        (_, true) if group => &["group", "info"],
        (_, true) if user => &["user", "info"],
        (_, true) => &["admin", "info"],
        _ if group => &["group", "change"],
        _ if user => &["user", "change"],
        _ if begins(name, &["Create"]) => &["admin", "creation"],
        _ if begins(name, &["Delete"]) => &["admin", "deletion"],
        _ => &["admin", "change"],
    }
}

fn begins(name: &str, verbs: &[&str]) -> bool {
    verbs.iter().any(|verb| name.starts_with(verb))
}

#[cfg(test)]
mod tests {
    use super::categorize;

    #[test]
    fn calls_are_sorted_by_what_they_do() {
        let rows: [(&str, &str, Option<&str>, &[&str]); 14] = [
            ("iam.amazonaws.com", "AddUserToGroup", Some("iam"), &["group", "change"]),
            ("iam.amazonaws.com", "CreateUser", Some("iam"), &["user", "creation"]),
            ("iam.amazonaws.com", "CreateVirtualMFADevice", Some("iam"), &["user", "change"]),
            ("iam.amazonaws.com", "DeleteSSHPublicKey", Some("iam"), &["user", "change"]),
            ("iam.amazonaws.com", "UpdateAccountPasswordPolicy", Some("iam"), &["admin", "change"]),
            ("iam.amazonaws.com", "CreateRole", Some("iam"), &["admin", "creation"]),
            ("iam.amazonaws.com", "ListUsers", Some("iam"), &["user", "info"]),
            ("ec2.amazonaws.com", "CreateKeyPair", Some("iam"), &["admin", "creation"]),
            ("ec2.amazonaws.com", "DescribeInstances", None, &["info"]),
            ("ec2.amazonaws.com", "RunInstances", Some("configuration"), &["creation"]),
            ("signin.amazonaws.com", "ConsoleLogin", Some("authentication"), &["start"]),
            ("sts.amazonaws.com", "AssumeRoleWithSAML", Some("authentication"), &["start"]),
            ("cloudtrail.amazonaws.com", "StopLogging", Some("configuration"), &["change"]),
            ("s3.amazonaws.com", "GetObject", None, &["info"]),
        ];
        for (source, name, category, types) in rows {
            assert_eq!(categorize(source, name), (category, types), "{source} {name}");
        }
    }
}
