//! Impossible travel: one user signs in at two places that nobody travels between so fast.
//!
//! Between two successes of a user in a row: more than 1000 km in less than 3 h (CrowdSec), or
//! more than 500 km at more than 900 km/h. Great-circle distance on a sphere of 6371.0088 km
//! (haversine), less the radius of accuracy at both ends. The first 24 h of a user only teach
//! (Datadog). Between two networks (AS, else /16) that the user used on three days before, such
//! as home and a VPN, anybody may jump.
//!
//! score = speed_kmh / 900, speed_kmh = kilometers / max(hours, 1/60).

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::detectors::detector::{
    Anomaly, Detector, DetectorOutcome, DetectorScope, Parameter, Parameters,
};
use crate::analyse::detectors::events::Events;
use crate::record::Severity;

use super::attempts::{Attempt, Attempts, DAY, HOUR, known};
use super::parameter::parameter;
use super::{network, report};

/// The row of this detector in the table.
pub const DETECTOR: Detector = Detector {
    name: "impossible-travel",
    about: "A user who signs in at two places that nobody travels between so fast",
    scope: DetectorScope::SignIns,
    needs: &["user.name", "event.outcome"],
    uses: &[
        "source.geo.location",
        "source.geo.location.lat",
        "source.geo.location.lon",
        "source.geo.accuracy_radius",
        "source.geo.city_name",
        "source.geo.country_iso_code",
        "source.as.number",
        "source.ip",
        "source.address",
        "host.name",
        "event.action",
    ],
    least_events: 2,
    attack: &["T1078"],
    parameters: &PARAMETERS,
    run,
};

const PARAMETERS: [Parameter; 6] = [
    parameter("far", "kilometers that take time", 1000.0, 100.0, 20_000.0),
    parameter("within", "hours within which they are impossible", 3.0, 0.1, 24.0),
    parameter("near", "kilometers below which speed says nothing", 500.0, 10.0, 20_000.0),
    parameter("speed", "kilometers an hour that are impossible", 900.0, 100.0, 10_000.0),
    parameter("learning", "hours in which a user is only learned", 24.0, 0.0, 720.0),
    parameter("usual", "days after which a network is the user's own", 3.0, 1.0, 100.0),
];

fn run(events: &Events, parameters: &Parameters<'_>) -> DetectorOutcome {
    let place = |row: usize| Place::of(events, row);
    if (0..events.len()).all(|row| place(row).is_none()) {
        return DetectorOutcome::NotEvaluated(
            "no sign-in tells the place of its source (source.geo.location)".to_owned(),
        );
    }
    let attempts = Attempts::read(events);
    let mut users: BTreeMap<u32, User> = BTreeMap::new();
    let mut trips: Vec<Trip> = Vec::new();
    for one in attempts.all.iter().filter(|one| !one.failed) {
        let (Some(user), Some(place)) = (one.user, place(one.row as usize)) else { continue };
        let state = users.entry(user).or_insert_with(|| User::new(one.time));
        let network = network_of(events, one.row as usize);
        let own = network.as_ref().is_some_and(|network| state.is_usual(network, parameters));
        let known = (one.time - state.first) as f64 >= parameters.get("learning") * HOUR as f64;
        let from = state.latest.replace(Latest { signin: *one, place: place.clone(), own });
        let from = from.filter(|from| known && !(own && from.own));
        if let Some(trip) = from.and_then(|from| Trip::of(user, &from, *one, &place, parameters)) {
            match state.trip.filter(|open| one.time - trips[*open].start() <= DAY) {
                Some(open) => trips[open].join(trip),
                None => {
                    state.trip = Some(trips.len());
                    trips.push(trip);
                }
            }
        }
        if let Some(network) = network {
            state.networks.entry(network).or_default().insert(one.time.div_euclid(DAY));
        }
    }
    report::ordered(trips.iter().map(|trip| trip.report(&attempts, parameters)).collect())
}

fn network_of(events: &Events, row: usize) -> Option<String> {
    let number = known(events.text("source.as.number", row)).map(str::to_owned);
    number.or_else(|| network::network(events.text("source.ip", row)?, 16, 32))
}

struct User {
    first: i64,
    latest: Option<Latest>,
    /// The latest trip, as a position.
    trip: Option<usize>,
    networks: BTreeMap<String, BTreeSet<i64>>,
}

/// The latest sign-in of a user, and whether it came from one of the user's own networks.
struct Latest {
    signin: Attempt,
    place: Place,
    own: bool,
}

impl User {
    fn new(first: i64) -> User {
        User { first, latest: None, trip: None, networks: BTreeMap::new() }
    }

    /// Returns whether a network is one of the user's own.
    fn is_usual(&self, network: &str, parameters: &Parameters<'_>) -> bool {
        self.networks.get(network).is_some_and(|days| days.len() as f64 >= parameters.get("usual"))
    }
}

/// Where a source is, with its radius of accuracy.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    latitude: f64,
    longitude: f64,
    radius: f64,
    name: String,
}

impl Place {
    fn of(events: &Events, row: usize) -> Option<Place> {
        let number = |field: &str| events.column(field)?.number(row);
        let apart = number("source.geo.location.lat").zip(number("source.geo.location.lon"));
        let (latitude, longitude) = apart.or_else(|| point(events.text("source.geo.location", row)?))?;
        if !(-90.0..=90.0).contains(&latitude)
            || !(-180.0..=180.0).contains(&longitude)
            || (latitude, longitude) == (0.0, 0.0)
        {
            return None;
        }
        let name = ["source.geo.city_name", "source.geo.country_iso_code"]
            .iter()
            .find_map(|field| known(events.text(field, row)));
        let name = name.map_or_else(|| format!("{latitude:.1}, {longitude:.1}"), str::to_owned);
        Some(Place {
            latitude,
            longitude,
            radius: number("source.geo.accuracy_radius").unwrap_or(0.0).max(0.0),
            name,
        })
    }

    /// Returns the kilometers to another place that are certain.
    fn distance(&self, other: &Place) -> f64 {
        let [a, b] = [self, other].map(|place| place.latitude.to_radians());
        let half = |angle: f64| (angle / 2.0).sin().powi(2);
        let across = (other.longitude - self.longitude).to_radians();
        let chord = half(b - a) + a.cos() * b.cos() * half(across);
        let arc = 2.0 * chord.clamp(0.0, 1.0).sqrt().asin();
        (6371.0088 * arc - self.radius - other.radius).max(0.0)
    }
}

/// Reads a point: `lat,lon`, a JSON object with `lat` and `lon`, or `POINT (lon lat)`.
fn point(text: &str) -> Option<(f64, f64)> {
    let numbers: Vec<f64> = text
        .split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | 'e' | 'E')))
        .filter_map(|part| part.parse().ok())
        .collect();
    let [a, b] = numbers[..] else { return None };
    let longitude_first = text.trim_start().starts_with("POINT")
        || text.find("lon").is_some_and(|lon| lon < text.find("lat").unwrap_or(lon));
    Some(if longitude_first { (b, a) } else { (a, b) })
}

struct Trip {
    user: u32,
    signins: Vec<Attempt>,
    kilometers: f64,
    hours: f64,
    from: String,
    to: String,
}

impl Trip {
    /// Returns the way between two sign-ins when it is impossible.
    fn of(user: u32, from: &Latest, now: Attempt, to: &Place, parameters: &Parameters<'_>) -> Option<Trip> {
        let kilometers = from.place.distance(to);
        let hours = (now.time - from.signin.time) as f64 / HOUR as f64;
        let far = kilometers > parameters.get("far") && hours < parameters.get("within");
        let fast = kilometers > parameters.get("near") && kilometers > parameters.get("speed") * hours;
        let signins = vec![from.signin, now];
        let (from, to) = (from.place.name.clone(), to.name.clone());
        (far || fast).then_some(Trip { user, signins, kilometers, hours, from, to })
    }

    fn start(&self) -> i64 {
        self.signins[0].time
    }

    fn speed(&self) -> f64 {
        self.kilometers / self.hours.max(1.0 / 60.0)
    }

    /// Takes in another trip of the day; the fastest is the one told.
    fn join(&mut self, other: Trip) {
        self.signins.extend(&other.signins);
        if other.speed() > self.speed() {
            (self.kilometers, self.hours, self.from, self.to) =
                (other.kilometers, other.hours, other.from, other.to);
        }
    }

    fn report(&self, attempts: &Attempts, parameters: &Parameters<'_>) -> Anomaly {
        let user = attempts.user(self.user);
        let sources: BTreeSet<u32> = self.signins.iter().filter_map(|one| one.source).collect();
        let mut entity = vec![("user.name", user.to_owned())];
        entity.extend(sources.iter().take(5).map(|source| {
            let (field, value) = attempts.source(*source);
            (field, value.to_owned())
        }));
        let score = self.speed() / parameters.get("speed");
        Anomaly {
            title: "One user at two places too far apart".to_owned(),
            why: format!(
                "{user} signed in from {} and {} later from {}, {:.0} km away: {:.0} km/h, where an airliner makes {:.0}.",
                self.from,
                report::duration((self.hours * HOUR as f64) as i64),
                self.to,
                self.kilometers,
                self.speed(),
                parameters.get("speed"),
            ),
            severity: Severity::Medium,
            confidence: (score / (score + 1.0)).clamp(0.0, 1.0),
            entity,
            events: report::rows(self.signins.iter().map(|one| one.row)),
            start: self.start(),
            end: self.signins.iter().map(|one| one.time).max().unwrap_or(self.start()),
            attack: vec!["T1078"],
            numbers: BTreeMap::from([
                ("kilometers", self.kilometers),
                ("hours", self.hours),
                ("speed_kmh", self.speed()),
                ("speed_limit_kmh", parameters.get("speed")),
                ("score", score),
            ]),
        }
    }
}

#[cfg(test)]
mod tests;
