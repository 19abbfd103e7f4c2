(** Proposition 3.3: a curved loss with k = d = 2 that no constant head whitens. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions.
From Geometry.prop33 Require Import refuted_barrier refuted_all_widths.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Lemma determinant (W H : mat 2 2) (c : R) :
  mulm (tr W) (mulm H W) = @multiple_of_identity 2 c ->
  (W first first * W second second - W first second * W second first) ^ 2 *
  (H first first * H second second - H first second * H second first) = c ^ 2.
Proof.
move=> E; pose e i j := mulm (tr W) (mulm H W) i j.
have e11 : e first first = c by rewrite /e E /multiple_of_identity /kron /=; ring.
have e22 : e second second = c by rewrite /e E /multiple_of_identity /kron /=; ring.
have e12 : e first second = 0 by rewrite /e E /multiple_of_identity /kron /=; ring.
have <- : e first first * e second second - e first second * e second first = c ^ 2 by rewrite e11 e22 e12; ring.
by rewrite /e /mulm /tr !sum2; ring.
Qed.

(** Reading `some-loss`: for some loss with a positive definite and curved metric no W has H_eff(z) = c I for all z
    with c > 0; here with k = d = 2. *)
Theorem reading_some_loss :
  exists L : vec 2 -> R, [/\ forall u, C2 L u, forall u, positive_definite (hess L u), curved L
    & forall (W : mat 2 2) c, 0 < c -> ~ forall z, effective L (mulv W) z = @multiple_of_identity 2 c].
Proof.
have pl : (first : 'I_2) != second by [].
exists (rippled (first : 'I_2) second); split.
- by move=> u; exact: known_C2 (near_all _ (rippled_known pl)).
- by move=> u; exact: rippled_definite.
- exact: rippled_curved.
move=> W c c0 iso; pose L := rippled (first : 'I_2) second.
have LC u : C2 L u by exact: known_C2 (near_all _ (rippled_known pl)).
have affE : affine W zerov = mulv W.
  by apply: functional_extensionality => y; apply: functional_extensionality => a; rewrite /affine /addv /zerov Rplus_0_r.
have E z : mulm (tr W) (mulm (hess L (mulv W z)) W) = @multiple_of_identity 2 c.
  by rewrite -(iso z) -affE (effective_affine (LC _)).
set w := W first first * W second second - W first second * W second first.
have H u : hess L u first first * hess L u second second - hess L u first second * hess L u second first =
    (1 + f11 (u first) (u second)) * (1 + f22 (u first) (u second)) - f12 (u first) (u second) * f12 (u first) (u second).
  by rewrite /L rippled_hess // /rippled2 /two /at_pl /kron /=; ring.
have D0 := determinant (E zerov); rewrite H -/w in D0.
have z0 i : mulv W zerov i = 0 by rewrite /mulv sum2 /zerov; ring.
rewrite !z0 /f11 /f22 /f12 sin_0 cos_0 in D0.
have c2 : 0 < c ^ 2 by apply: pow_lt.
have w0 : w <> 0 by move=> w0; move: D0; rewrite w0 => ?; lra.
pose z := vec2 (- W first second * PI / w) (W first first * PI / w).
have z1 : mulv W z first = 0 by rewrite /mulv sum2 /z /vec2 /=; field.
have z2 : mulv W z second = PI by rewrite /mulv sum2 /z /vec2 /=; rewrite /w in w0 *; field.
have D1 := determinant (E z); rewrite H -/w z1 z2 /f11 /f22 /f12 sin_0 cos_0 sin_PI cos_PI in D1.
have : 0 < w ^ 2 by have := Rsqr_pos_lt _ w0; rewrite /Rsqr /=; lra.
lra.
Qed.
