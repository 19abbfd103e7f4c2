(** The oscillation bound for the loss [sin] and for cosine losses. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary homogeneous cosine quadratic.
From Geometry.thm32 Require Import necessary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma between_open x : -1 < x < 1 -> locally x (fun y => -1 < y < 1).
Proof.
move=> xb; have p : 0 < Rmin (x - -1) (1 - x) by apply: Rmin_pos; lra.
exists (mkposreal _ p) => y; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => yb.
have l := Rlt_le_trans _ _ _ yb (Rmin_l _ _); have r := Rlt_le_trans _ _ _ yb (Rmin_r _ _).
by move: l r => /Rabs_def2 [? ?] /Rabs_def2 [? ?]; lra.
Qed.

Lemma is_derive_asin x : -1 < x < 1 -> is_derive asin x (/ sqrt (1 - x * x)).
Proof.
move=> xb; apply/is_derive_Reals; have := derive_pt_asin x xb.
case: (derivable_pt_asin x xb) => l H /= e; rewrite /derivable_pt_abs in H.
by move: e H; rewrite /Rdiv Rmult_1_l => ->.
Qed.

Lemma C2fun_asin x : -1 < x < 1 -> C2fun_at asin x.
Proof.
have pos y : -1 < y < 1 -> 0 < 1 - y * y by move=> yb; nra.
move=> xb; apply: (C2fun_at_open between_open xb (df := fun y => / sqrt (1 - y * y))
  (ddf := fun y => y / ((1 - y * y) * sqrt (1 - y * y)))) => y /[dup] yb /pos y0.
- exact: is_derive_asin.
- have s0 := sqrt_lt_R0 _ y0; have ss := sqrt_sqrt _ (Rlt_le _ _ y0).
  auto_derive; first by rewrite -/(1 - y * y); split=> //; split=> //; lra.
  rewrite -!/(1 - y * y).
  by move: s0 ss; move: (sqrt (1 - y * y)) => s s0 ss; rewrite -ss; field; lra.
- have s0 := sqrt_lt_R0 _ y0.
  apply: (ex_derive_continuous (fun y => y / ((1 - y * y) * sqrt (1 - y * y)))); auto_derive.
  by split=> //; split=> //; apply: Rgt_not_eq; apply: Rmult_lt_0_compat.
Qed.

(** For [L = sin], a segment of length [l] in R^d (from [a] in the direction [e]), and every [c > 0] with
    [c l^2 / 8 < 2 = sup sin - inf sin], there is a head with [H_eff = c I] along the segment. *)
Theorem part_identity_sine (d : nat) (a e : vec d) (l c : R) :
  len e = 1 -> 0 <= l -> 0 < c -> c * (l * l) / 8 < 2 ->
  let L (u : vec 1) := sin (u ord0) in
  (forall u, C2 L u) /\
  exists h : vec d -> vec 1, forall t, 0 <= t <= l ->
    C2map h (segment a e t) /\ effective L h (segment a e t) = scalar_mat d c.
Proof.
move=> e1 l0 c0 cl L; split=> [u|].
  have sinE : Derive sin = cos by apply: functional_extensionality => x; apply: is_derive_unique; auto_derive => //; ring.
  have cosE : Derive cos = fun x => - sin x by apply: functional_extensionality => x; apply: is_derive_unique; auto_derive => //; ring.
  apply: C2_lift => x; rewrite sinE cosE; split; first by auto_derive.
  by split; [auto_derive | apply: (ex_derive_continuous (fun x => - sin x)); auto_derive].
pose m := segment a e (l / 2); pose b := - (c * (l * l) / 8) / 2.
pose q z := bowl c m z + b.
have qC z : C2 q z by apply: C2_plus; [exact: bowl_C2 | exact: C2_const].
have qE t : q (segment a e t) = c / 2 * ((t - l / 2) * (t - l / 2)) + b.
  rewrite /q /bowl (_ : subv _ _ = scalev (t - l / 2) e); last first.
    by apply: functional_extensionality => i; rewrite /subv /m /segment /addv /scalev; ring.
  by rewrite dotZl dotZr -len_sqr e1; ring.
have qb t : 0 <= t <= l -> -1 < q (segment a e t) < 1.
  move=> tb; rewrite qE /b.
  have k : 0 <= (t - l / 2) * (t - l / 2) <= l * l / 4.
    by have tl : 0 <= t * (l - t) by [apply: Rmult_le_pos; lra]; split; [exact: Rle_0_sqr | lra].
  have k0 : 0 <= c / 2 * ((t - l / 2) * (t - l / 2)) by apply: Rmult_le_pos; lra.
  have k1 : c / 2 * ((t - l / 2) * (t - l / 2)) <= c / 2 * (l * l / 4) by apply: Rmult_le_compat_l; lra.
  lra.
exists (fun z _ => asin (q z)) => t tb; split; first by move=> i; apply: C2_fun => //; exact: C2fun_asin (qb t tb).
have E : near (segment a e t) (fun z => q z = L (fun=> asin (q z))).
  have := C1_cont (C2_C1 (qC (segment a e t))) (between_open (qb t tb)).
  by apply: near_imp => z zb; rewrite /L sin_asin //; lra.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /effective /scalar_mat -(hess_bowl c m (segment a e t) i j) /hess.
rewrite -(partial_ext_near (f := partial q j)).
  apply: partial_ext_near; apply: filter_forall => z; rewrite /q.
  have := near_point (near_partial_plus j (C2_C1 (bowl_C2 c m z)) (C1_const b z)).
  by rewrite partial_const Rplus_0_r.
by apply: near_imp (near_near E) => z; exact: partial_ext_near.
Qed.

(** A cosine loss [2 - 2 cos(u, t)], |t| = 1, allows [(1 - epsilon) c l^2 <= 32] at most. *)
Theorem part_identity_cosine (d k : nat) (t : vec k) (h : vec d -> vec k) (a e : vec d) (l c epsilon : R) :
  len t = 1 -> len e = 1 -> 0 <= l -> 0 < c ->
  (forall s, 0 <= s <= l -> C2map h (segment a e s) /\ h (segment a e s) <> zerov) ->
  (forall s, 0 <= s <= l ->
     norm_le (fun i j => effective (cosine_loss t) h (segment a e s) i j / c - kron i j) epsilon) ->
  (1 - epsilon) * c * (l * l) <= 32.
Proof.
move=> t1 e1 l0 c0 reg iso.
have := @part_identity_oscillation d k (cosine_loss t) h a e l c epsilon 0 4 e1 l0 c0.
case=> //.
- by move=> s sb; have [hC hn] := reg s sb; split=> //; exact: C2_cosine_loss.
- by move=> s sb; rewrite /cosine_loss; have := cosine_bound (h (segment a e s)) t; lra.
- lra.
- lra.
Qed.
