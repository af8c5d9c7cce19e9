//! Who made a call.

use crate::parse::flatten::Leaves;

/// Who acted.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CloudActor<'l> {
    /// The user, the role that was assumed, or `root`.
    pub name: Option<&'l str>,
    /// The name under which a role was assumed: often the actual person.
    pub session: Option<&'l str>,
    /// The service of AWS that acted by itself.
    pub service: Option<&'l str>,
}

impl<'l> CloudActor<'l> {
    pub fn from_identity(leaves: &'l Leaves<'_>) -> CloudActor<'l> {
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
        CloudActor { name, session, service: leaves.text("userIdentity.invokedBy") }
    }
}
