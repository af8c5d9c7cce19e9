//! ATT&CK: the tactics, and those of the techniques that detectors name.

/// The tactics of MITRE ATT&CK for enterprises, in the order in which an attack passes
/// through them.
pub const TACTICS: [&str; 14] = [
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// Returns the tactic of a technique, of those that our behavior detectors name.
pub fn tactic(technique: &str) -> Option<&'static str> {
    let parent = technique.split('.').next().unwrap_or(technique);
    Some(match parent {
        "T1595" | "T1592" | "T1589" | "T1590" | "T1593" => "reconnaissance",
        "T1078" | "T1190" | "T1133" | "T1566" => "initial-access",
        "T1059" | "T1204" | "T1053" => "execution",
        "T1098" | "T1136" | "T1505" | "T1543" => "persistence",
        "T1548" | "T1068" | "T1134" => "privilege-escalation",
        "T1070" | "T1562" | "T1550" | "T1036" => "defense-evasion",
        "T1110" | "T1003" | "T1555" | "T1552" | "T1621" | "T1558" => "credential-access",
        "T1046" | "T1083" | "T1087" | "T1580" | "T1526" | "T1018" => "discovery",
        "T1021" | "T1563" | "T1570" => "lateral-movement",
        "T1530" | "T1213" | "T1005" | "T1119" => "collection",
        "T1071" | "T1095" | "T1571" | "T1572" | "T1573" => "command-and-control",
        "T1041" | "T1567" | "T1048" | "T1537" | "T1020" => "exfiltration",
        "T1485" | "T1565" | "T1486" | "T1489" | "T1490" | "T1498" | "T1499" => "impact",
        _ => return None,
    })
}

/// Returns where a tactic stands in the order of an attack.
pub fn stage(tactic: &str) -> usize {
    TACTICS.iter().position(|other| *other == tactic).unwrap_or(TACTICS.len())
}
