//! The normal form of queries and conditions.

use super::ast::Expr;
use super::pipeline::Condition;

/// Joins members under `And` or `Or`: a single member is returned as it is, and
/// members of the same kind are flattened.
pub fn join(members: Vec<Expr>, operator: fn(Vec<Expr>) -> Expr) -> Expr {
    let and = matches!(operator(Vec::new()), Expr::And(_));
    let mut flat = Vec::with_capacity(members.len());
    for member in members {
        match member {
            Expr::And(inner) if and => flat.extend(inner),
            Expr::Or(inner) if !and => flat.extend(inner),
            member => flat.push(member),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => operator(flat),
    }
}

/// Returns how many groups and NOTs enclose the deepest test.
pub fn height(expr: &Expr) -> usize {
    match expr {
        Expr::All | Expr::Leaf(_) => 0,
        Expr::Not(inner) => 1 + height(inner),
        Expr::And(members) | Expr::Or(members) => 1 + members.iter().map(height).max().unwrap_or(0),
    }
}

/// Joins conditions under `And` or `Or`: a single member is returned as it is, and
/// members of the same kind are flattened.
pub fn join_conditions(members: Vec<Condition>, operator: fn(Vec<Condition>) -> Condition) -> Condition {
    let and = matches!(operator(Vec::new()), Condition::And(_));
    let mut flat = Vec::with_capacity(members.len());
    for member in members {
        match member {
            Condition::And(inner) if and => flat.extend(inner),
            Condition::Or(inner) if !and => flat.extend(inner),
            member => flat.push(member),
        }
    }
    match flat.len() {
        1 => flat.remove(0),
        _ => operator(flat),
    }
}

/// Returns how many groups and NOTs enclose the deepest comparison.
pub fn condition_height(condition: &Condition) -> usize {
    match condition {
        Condition::Compare { .. } => 0,
        Condition::Not(inner) => 1 + condition_height(inner),
        Condition::And(members) | Condition::Or(members) => {
            1 + members.iter().map(condition_height).max().unwrap_or(0)
        }
    }
}
