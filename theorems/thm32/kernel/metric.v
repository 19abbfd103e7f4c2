(** Behind a loss whose Hessian is positive definite everywhere, a head has the effective Hessian I everywhere. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry intervals quadratic orthonormal conditions.
From Geometry.thm32 Require Import necessary convex.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma slope_rises k (L : vec k -> R) (x e : vec k) s t :
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) -> e <> zerov -> s < t ->
  dot (grad L (segment x e s)) e < dot (grad L (segment x e t)) e.
Proof.
move=> LC metric e0 st; have [r [_ eq]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => Logic.I)
  (fun t _ => curvature_is LC x e t) Logic.I Logic.I (Rlt_le _ _ st).
have := Rmult_lt_0_compat _ (t - s) (metric (segment x e r) e e0); lra.
Qed.

(** The reading [identity-metric], up to networks that come close to this head. *)
Theorem reading_identity_metric (d k : nat) (L : vec k.+1 -> R) :
  (forall u, C2 L u) -> (forall u, positive_definite (hess L u)) ->
  exists h : vec d -> vec k.+1, forall z, C2map h z /\ effective L h z = scalar_mat d 1.
Proof.
move=> LC metric; apply: part_identity_convex => //.
  move=> x y t [t0 t1]; pose e := subv y x.
  have D s : is_derive _ s _ := slope_is LC x e s.
  have le s r : s <= r -> dot (grad L (segment x e s)) e <= dot (grad L (segment x e r)) e.
    have [e0|e0] := Req_dec (dot e e) 0.
      by move=> _; rewrite (dot_eq0 e0) !dot0r; exact: Rle_refl.
    case=> [sr|->]; last exact: Rle_refl.
    by apply: Rlt_le; apply: slope_rises => // z; apply: e0; rewrite z dot0r.
  have [a [ab ea]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => Logic.I) (fun t _ => D t) Logic.I Logic.I t0.
  have [b [bb eb]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => Logic.I) (fun t _ => D t) Logic.I Logic.I t1.
  move: ea eb; rewrite segment0 segment1 -/(segment x e t) => ea eb.
  have AB := le a b (Rle_trans _ _ _ ab.2 bb.1).
  rewrite -/(segment x e t).
  have t2 : 0 <= 1 - t by lra.
  have BA : 0 <= dot (grad L (segment x e b)) e - dot (grad L (segment x e a)) e by lra.
  have := Rmult_le_pos _ _ BA (Rmult_le_pos _ _ t0 t2); nra.
pose e := @kron k.+1 ord0.
have e0 : e <> zerov by move/(congr1 (fun v => v ord0)); rewrite /e /kron eqxx /zerov; lra.
have D s : is_derive _ s _ := slope_is LC zerov e s.
have [h1|h1] := Req_dec (L (segment zerov e 1)) (L (segment zerov e 0)); last by exists (segment zerov e 1), (segment zerov e 0).
have [h3|h3] := Req_dec (L (segment zerov e 3)) (L (segment zerov e 2)); last by exists (segment zerov e 3), (segment zerov e 2).
have [a [ab ea]] := mean_value (I := fun=> True) (fun _ _ _ _ _ _ => Logic.I) (fun t _ => D t) Logic.I Logic.I Rle_0_1.
have [|b [bb eb]] := mean_value (I := fun=> True) (s := 2) (t := 3) (fun _ _ _ _ _ _ => Logic.I) (fun t _ => D t) Logic.I Logic.I; first by lra.
have : dot (grad L (segment zerov e a)) e < dot (grad L (segment zerov e b)) e by apply: slope_rises => //; lra.
by move: ea eb; rewrite h1 h3; lra.
Qed.

(** Its hypotheses are met by [|u|^2 / 2]. *)
Lemma reading_identity_metric_met (k : nat) : let L := @bowl k 1 zerov in
  (forall u, C2 L u) /\ forall u, positive_definite (hess L u).
Proof.
split=> [u|u v v0]; first exact: bowl_C2.
rewrite (_ : form _ v v = dot v v); first exact: dot_gt0.
apply: eq_sum => i; congr (_ * _); rewrite -[RHS](sum_kron i v); apply: eq_sum => j; rewrite hess_bowl; ring.
Qed.
