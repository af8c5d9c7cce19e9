use super::*;
use crate::parse::flatten::json_object;
use crate::record::Value;

fn read(json: &str) -> Event<'_> {
    let mut event = Event::default();
    assert!(CloudTrail.read(json, &mut event), "{json}");
    event
}

fn rendered(event: &Event<'_>, name: &str) -> String {
    event.values(name).map(|value| value.text().into_owned()).collect::<Vec<_>>().join(",")
}

const ASSUMED: &str = r#"{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLE:carol@example.com","arn":"arn:aws:sts::111122223333:assumed-role/Admin/carol@example.com","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE","sessionContext":{"sessionIssuer":{"type":"Role","userName":"Admin"},"attributes":{"mfaAuthenticated":"true"}}},"eventTime":"2026-03-01T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"eu-west-1","sourceIPAddress":"192.0.2.10","requestParameters":{"bucketName":"shop-backups","key":"2026/customers.csv","x-amz-Acl":["a","b"]},"responseElements":null,"additionalEventData":{"bytesTransferredOut":12345},"readOnly":true,"resources":[{"ARN":"arn:aws:s3:::shop-backups","accountId":"111122223333"}],"tlsDetails":{"tlsVersion":"TLSv1.3"},"recipientAccountId":"444455556666","requestID":"R1"}"#;

#[test]
fn a_call_under_a_role_names_role_session_and_object() {
    let event = read(ASSUMED);
    let rows = [
        (
            "message",
            "s3 GetObject by Admin/carol@example.com from 192.0.2.10 on shop-backups/2026/customers.csv",
        ),
        ("user.name", "Admin"),
        ("user.id", "AROAEXAMPLE:carol@example.com"),
        ("cloud.account.id", "111122223333"),
        ("event.outcome", "success"),
        ("tls.version", "1.3"),
        ("aws.cloudtrail.user_identity.session_name", "carol@example.com"),
        ("aws.cloudtrail.user_identity.access_key_id", "ASIAEXAMPLE"),
        ("aws.cloudtrail.user_identity.session_context.attributes.mfa_authenticated", "true"),
        ("aws.cloudtrail.request_parameters.bucketName", "shop-backups"),
        ("aws.cloudtrail.request_parameters.x-amz-Acl", "a,b"),
        ("aws.cloudtrail.additional_event_data.bytesTransferredOut", "12345"),
        ("aws.cloudtrail.resources.arn", "arn:aws:s3:::shop-backups"),
        ("aws.cloudtrail.recipient_account_id", "444455556666"),
        ("aws.cloudtrail.request_id", "R1"),
        ("aws.cloudtrail.read_only", "true"),
    ];
    for (name, want) in rows {
        assert_eq!(rendered(&event, name), want, "{name}");
    }
    assert_eq!(
        event.values("aws.cloudtrail.additional_event_data.bytesTransferredOut").next(),
        Some(&Value::Long(12345))
    );
    assert_eq!(event.time_text.as_deref(), Some("2026-03-01T10:00:00Z"));
}

#[test]
fn every_leaf_of_a_record_is_kept() {
    let event = read(ASSUMED);
    let kept: Vec<String> = event.fields().iter().map(|(_, value)| value.text().into_owned()).collect();
    let mut missing = Vec::new();
    json_object(ASSUMED).expect("it is JSON").drain(|_, name, leaf| {
        let text = leaf.written().into_owned();
        let shown = text.strip_prefix("TLSv").unwrap_or(&text).to_owned();
        if name != "eventTime" && !kept.contains(&shown) {
            missing.push(name.to_owned());
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn a_refused_call_is_a_failure_with_its_reason() {
    let event = read(CloudTrail.samples()[0]);
    assert_eq!(rendered(&event, "event.outcome"), "failure");
    assert_eq!(rendered(&event, "error.code"), "AccessDenied");
    assert_eq!(rendered(&event, "user.target.name"), "bob");
    assert_eq!(
        rendered(&event, "message"),
        "iam CreateAccessKey by alice from 192.0.2.10 on bob: AccessDenied"
    );
}

#[test]
fn a_failed_sign_in_is_told_by_its_answer() {
    let event = read(CloudTrail.samples()[1]);
    assert_eq!(rendered(&event, "event.outcome"), "failure");
    assert_eq!(rendered(&event, "user.name"), "root");
    assert_eq!(rendered(&event, "event.category"), "authentication");
    let bare = r#"{"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"us-east-1","eventTime":"2026-03-01T10:05:00Z","responseElements":{"ConsoleLogin":"Failure"}}"#;
    let event = read(bare);
    assert_eq!(rendered(&event, "event.outcome"), "failure");
    assert_eq!(rendered(&event, "message"), "signin ConsoleLogin: Failure");
}

#[test]
fn digests_and_insights_are_records_too() {
    let digest = read(CloudTrail.samples()[2]);
    assert_eq!(
        rendered(&digest, "message"),
        "digest of 1 log files from 2026-03-01T09:00:00Z to 2026-03-01T10:00:00Z"
    );
    assert_eq!(digest.time_text.as_deref(), Some("2026-03-01T10:00:00Z"));
    assert_eq!(rendered(&digest, "cloud.account.id"), "111122223333");
    assert_eq!(rendered(&digest, "aws.cloudtrail.log_files.s3_object"), "a.json.gz");
    let insight = read(
        r#"{"eventVersion":"1.07","eventTime":"2026-03-01T10:00:00Z","awsRegion":"us-east-1","eventType":"AwsCloudTrailInsight","recipientAccountId":"111122223333","insightDetails":{"state":"Start","eventSource":"iam.amazonaws.com","eventName":"CreateUser","insightType":"ApiCallRateInsight"}}"#,
    );
    assert_eq!(rendered(&insight, "message"), "insight ApiCallRateInsight on iam CreateUser: Start");
    assert_eq!(rendered(&insight, "event.kind"), "alert");
    assert_eq!(rendered(&insight, "event.action"), "CreateUser");
}

#[test]
fn services_and_strangers_are_told_apart() {
    let service = read(
        r#"{"eventSource":"kms.amazonaws.com","eventName":"Decrypt","userIdentity":{"type":"AWSService","invokedBy":"cloudtrail.amazonaws.com"},"eventTime":"2026-03-01T10:00:00Z","sourceIPAddress":"cloudtrail.amazonaws.com"}"#,
    );
    assert_eq!(rendered(&service, "source.domain"), "cloudtrail.amazonaws.com");
    assert_eq!(rendered(&service, "source.ip"), "");
    assert_eq!(
        rendered(&service, "message"),
        "kms Decrypt by cloudtrail.amazonaws.com from cloudtrail.amazonaws.com"
    );
    let stranger = r#"{"eventSource":"app","eventName":"saved","eventTime":"2026-03-01T10:00:00Z"}"#;
    assert!(!CloudTrail.read(stranger, &mut Event::default()));
}

#[test]
fn names_are_snaked_but_not_those_of_services() {
    assert_eq!(own_name("sharedEventID"), "aws.cloudtrail.shared_event_id");
    assert_eq!(
        own_name("userIdentity.sessionContext.ec2RoleDelivery"),
        "aws.cloudtrail.user_identity.session_context.ec2_role_delivery"
    );
    assert_eq!(own_name("requestParameters.Host.x-Y"), "aws.cloudtrail.request_parameters.Host.x-Y");
}
