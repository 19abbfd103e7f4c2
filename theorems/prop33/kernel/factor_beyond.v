(** A head that is isotropic on a region says nothing about the loss beyond its image. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary regions.
From Geometry.prop33 Require Import factor factor_hypotheses.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The power [x^n] for [x > 0], and [0] for [x <= 0]. *)
Definition ramp (n : nat) (x : R) : R := if Rle_dec x 0 then 0 else x ^ n.

Lemma ramp_neg n x : x <= 0 -> ramp n x = 0.
Proof. by rewrite /ramp => x0; case: Rle_dec => // n0; case: n0. Qed.

Lemma ramp_pos n x : 0 < x -> ramp n x = x ^ n.
Proof. by rewrite /ramp => x0; case: Rle_dec => // n0; lra. Qed.

Lemma ramp_derive n x : is_derive (ramp n.+2) x (INR n.+2 * ramp n.+1 x).
Proof.
have [neg|[zero|pos]] : x < 0 \/ x = 0 \/ 0 < x by lra.
- rewrite ramp_neg ?Rmult_0_r; last by lra.
  apply: (is_derive_ext_loc (fun=> 0)); last exact: is_derive_const.
  have p : 0 < - x by lra.
  exists (mkposreal _ p) => t /Rabs_def2 /= [b _]; move: b; rewrite /minus /plus /opp /= => b.
  by rewrite ramp_neg //; lra.
- subst x; rewrite ramp_neg ?Rmult_0_r; last by lra.
  apply/is_derive_eps => eps.
  pose e := Rmin eps 1; have e0 : 0 < e by apply: Rmin_pos; [exact: cond_pos | lra].
  exists (mkposreal _ e0) => t; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r => tb.
  rewrite (@ramp_neg _ 0) ?Rmult_0_l ?Rminus_0_r; last by lra.
  have [tn|t0] := Rle_lt_dec t 0.
    by rewrite ramp_neg // Rabs_R0; apply: Rmult_le_pos; [exact: Rlt_le (cond_pos eps) | exact: Rabs_pos].
  rewrite Rabs_pos_eq in tb; last lra.
  rewrite ramp_pos // Rabs_pos_eq; last by apply: pow_le; lra.
  rewrite Rabs_pos_eq; last by lra.
  have te : t <= eps by apply: Rlt_le; apply: Rlt_le_trans tb (Rmin_l _ _).
  have t1 : t <= 1 by apply: Rlt_le; apply: Rlt_le_trans tb (Rmin_r _ _).
  have -> : t ^ n.+2 = (t ^ n * t) * t by rewrite /=; ring.
  apply: Rmult_le_compat_r; first by lra.
  apply: Rle_trans (_ : 1 * t <= _); last by lra.
  by apply: Rmult_le_compat_r; [lra | rewrite -(pow1 n); apply: pow_incr; lra].
- rewrite ramp_pos //; apply: (is_derive_ext_loc (fun t => t ^ n.+2)).
    by apply: filter_imp (locally_gt0 pos) => t t0; rewrite ramp_pos.
  by have := is_derive_pow (fun t => t) n.+2 x 1 (is_derive_id x); rewrite Rmult_1_r.
Qed.

Lemma ramp4_C2 : C2fun (ramp 4).
Proof.
have D4 : Derive (ramp 4) = fun x => INR 4 * ramp 3 x.
  by apply: functional_extensionality => x; apply: is_derive_unique; exact: ramp_derive.
have D3 x : is_derive (fun x => INR 4 * ramp 3 x) x (INR 4 * (INR 3 * ramp 2 x)).
  by apply: is_derive_scal; exact: ramp_derive.
move=> t; rewrite D4; split; first by eexists; exact: ramp_derive.
split; first by eexists; exact: D3.
apply: (continuous_ext (fun x => INR 4 * (INR 3 * ramp 2 x))).
  by move=> x; rewrite (is_derive_unique _ _ _ (D3 x)).
apply: ex_derive_continuous; eexists; apply: is_derive_scal; apply: is_derive_scal; exact: ramp_derive.
Qed.

(** The open unit disc of the plane. *)
Definition disc (z : vec 2) : Prop := dot z z < 1.

Lemma disc_open : open_set disc.
Proof.
move=> z zd; have c : cont (fun w : vec 2 => dot w w) z.
  by apply: C1_cont; apply: C1_sum => i; apply: C1_mult; exact: C1_coord.
have p : 0 < 1 - dot z z by move: zd; rewrite /disc; lra.
have := c _ (locally_ball (dot z z : R_UniformSpace) (mkposreal _ p)).
by apply: near_imp => w /Rabs_def2 /= []; rewrite /disc /minus /plus /opp /=; lra.
Qed.

Lemma disc_connected : connected_set disc.
Proof.
apply: convex_connected => x y t; rewrite /disc => xd yd [t0 t1].
have -> : addv x (scalev t (subv y x)) = addv (scalev (1 - t) x) (scalev t y).
  by apply: functional_extensionality => i; rewrite /addv /scalev /subv; ring.
rewrite !(dotDl, dotDr, dotZl, dotZr) (dotC y x).
have Z2 : 2 * dot x y <= dot x x + dot y y.
  by have := dot_ge0 (subv x y); rewrite !(dotBl, dotBr) (dotC y x); lra.
move: (dot x x) (dot y y) (dot x y) xd yd Z2 => X Y Z xd yd Z2.
have p : 0 <= t * (1 - t) by apply: Rmult_le_pos; lra.
have k := Rmult_le_compat_l _ _ _ p Z2.
have : 0 < (1 - t) * (1 - X) + t * (1 - Y).
  have q1 : 0 <= (1 - t) * (1 - X) by apply: Rmult_le_pos; lra.
  have q2 : 0 <= t * (1 - Y) by apply: Rmult_le_pos; lra.
  have [th|th] := Rle_lt_dec t 0.
    by have := Rmult_lt_0_compat (1 - t) (1 - X); lra.
  by have := Rmult_lt_0_compat t (1 - Y); lra.
nra.
Qed.

(** The loss [|u|^2 / 2 + max(0, |u|^2 - 1)^4] of the plane is C^2 everywhere; [W = I] makes it isotropic, with
    the factor 1, on the unit disc; and it is no quadratic polynomial on the plane. *)
Lemma part_factor_not_beyond : exists (L : vec 2 -> R) (W : mat 2 2) (U : vec 2 -> Prop),
  open_set U /\ connected_set U /\ (exists z, U z) /\ (forall u, C2 L u)
  /\ (forall z, U z -> mulm (tr W) (mulm (hess L (mulv W z)) W) = multiple_of_identity 2 1)
  /\ ~ quadratic L.
Proof.
pose L (u : vec 2) := half_length u + ramp 4 (dot u u + -1).
exists L, (@kron 2), disc.
split; first exact: disc_open.
split; first exact: disc_connected.
split; first by exists zerov; rewrite /disc dot0l; lra.
split.
  move=> u; apply: C2_plus; first exact: half_length_C2.
  apply: (C2_fun (s := ramp 4) (f := fun w : vec 2 => dot w w + -1)).
    apply: C2_plus; last exact: C2_const.
    by apply: C2_sum => i; apply: C2_mult; exact: C2_coord.
  by apply: filter_forall; exact: ramp4_C2.
split.
  move=> z zd; rewrite identity_conjugate identity_mulv -(hess_half_length z).
  have E : near z (fun w => L w = half_length w).
    by apply: near_imp (disc_open zd) => w wd; rewrite /L ramp_neg ?Rplus_0_r //; move: wd; rewrite /disc; lra.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  rewrite /hess; apply: partial_ext_near; apply: near_imp (near_near E) => w Ew.
  exact: partial_ext_near.
move=> [P [b [a [_ Q]]]]; pose e (t : R) : vec 2 := scalev t (kron ord0).
have ee t : dot (e t) (e t) = t * t.
  by rewrite /e dotZl dotZr /dot sum_kron /kron eqxx; ring.
have LE t : L (e t) = t * t * (form P (kron ord0) (kron ord0) / 2) + t * dot b (kron ord0) + a.
  by rewrite Q /e /form mulvZ dotZl !dotZr; field.
have L0 : L (e 0) = 0 by rewrite /L /half_length ee ramp_neg; lra.
have L1 : L (e 1) = / 2 by rewrite /L /half_length ee ramp_neg; lra.
have L2 : L (e (-1)) = / 2 by rewrite /L /half_length ee ramp_neg; lra.
have L3 : L (e 2) = 2 + 81 by rewrite /L /half_length ee ramp_pos; lra.
move: (LE 0) (LE 1) (LE (-1)) (LE 2); rewrite L0 L1 L2 L3; lra.
Qed.
