(** One or two orthonormal vectors can be completed to an orthonormal basis, by reflections. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Geometry Require Import vectors.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [n] vectors of R^n that are orthonormal: an orthonormal basis. *)
Definition orthonormal (n : nat) (e : 'I_n -> vec n) : Prop :=
  forall i j, dot (e i) (e j) = kron i j.

Section Reflections.
Variable n : nat.
Implicit Types a b x y : vec n.

Lemma reflection a b : dot a a = dot b b -> exists Q : vec n -> vec n,
  (forall x y, dot (Q x) (Q y) = dot x y) /\ Q a = b /\ (forall x, dot x a = dot x b -> Q x = x).
Proof.
move=> ab; have [w wE] : exists w, w = subv a b by exists (subv a b).
have [w0|wn] := Req_dec (dot w w) 0.
  exists id; split=> //; split=> //; apply: functional_extensionality => i.
  by have := congr1 (fun v => v i) (dot_eq0 w0); rewrite wE /subv /zerov /=; lra.
exists (fun x => subv x (scalev (2 * dot w x / dot w w) w)); split=> [x y|].
  by rewrite !(dotBl, dotBr, dotZl, dotZr) (dotC x w); field.
split=> [|x xab].
  have E : 2 * dot w a = dot w w.
    by rewrite wE !(dotBl, dotBr) (dotC b a); lra.
  by rewrite E; apply: functional_extensionality => i; rewrite wE in wn *; rewrite /subv /scalev; field.
have -> : dot w x = 0 by rewrite dotC wE dotBr; lra.
by apply: functional_extensionality => i; rewrite /subv /scalev; field.
Qed.

Lemma orthonormal_kron : orthonormal (@kron n).
Proof. by move=> i j; rewrite /dot sum_kron kronC. Qed.

Lemma complete_two a1 a2 (i1 i2 : 'I_n) : i1 != i2 -> dot a1 a1 = 1 -> dot a2 a2 = 1 -> dot a1 a2 = 0 ->
  exists e, orthonormal e /\ e i1 = a1 /\ e i2 = a2.
Proof.
move=> ne u1 u2 o.
have k i : dot (@kron n i) (@kron n i) = 1 by rewrite orthonormal_kron /kron eqxx.
have [|Q1 [Q1d [Q1a _]]] := @reflection (@kron n i1) a1; first by rewrite k u1.
have [|Q2 [Q2d [Q2a Q2f]]] := @reflection (Q1 (@kron n i2)) a2; first by rewrite Q1d k u2.
exists (fun i => Q2 (Q1 (@kron n i))); split=> [i j|]; first by rewrite Q2d Q1d orthonormal_kron.
split=> //; rewrite Q1a; apply: Q2f.
by rewrite o -Q1a Q1d orthonormal_kron /kron (negbTE ne).
Qed.

Lemma orthogonal_unit a (i1 i2 : 'I_n) : i1 != i2 -> dot a a = 1 -> exists b, dot b b = 1 /\ dot a b = 0.
Proof.
move=> ne u1.
have k i : dot (@kron n i) (@kron n i) = 1 by rewrite orthonormal_kron /kron eqxx.
have [|Q1 [Q1d [Q1a _]]] := @reflection (@kron n i1) a; first by rewrite k u1.
exists (Q1 (@kron n i2)); split; first by rewrite Q1d k.
by rewrite -Q1a Q1d orthonormal_kron /kron (negbTE ne).
Qed.
End Reflections.
