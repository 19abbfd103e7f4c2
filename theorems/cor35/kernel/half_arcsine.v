(** Half and a quarter of an arc sine. *)

From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect.
From Coquelicot Require Import Coquelicot.

Open Scope R_scope.

(** The sharp threshold eps* = L sin(arcsin(q) / 2), where q = lambda / (M L^2). *)
Definition sharp_threshold_of (L M lambda : R) : R :=
  L * sin (asin (lambda / (M * L ^ 2)) / 2).

(** The factor cos(arcsin(q) / 2) between the published and the sharp threshold. *)
Definition half_cosine (q : R) : R := cos (asin q / 2).

(** cot^2(arcsin(q) / 4). *)
Definition cot_quarter_square (q : R) : R := (cos (asin q / 4) / sin (asin q / 4)) ^ 2.

Section HalfArcsine.

Variable q : R.
Hypothesis q01 : 0 < q <= 1.
Let x := asin q / 2.

Lemma arcsine_range : 0 < x <= PI / 4.
Proof.
have [h1 h2] := asin_bound q; have s := sin_asin q (ltac:(lra) : -1 <= q <= 1).
rewrite /x; split; last by lra.
case: (Rlt_le_dec 0 (asin q)) => [|h]; first by lra.
have := PI_RGT_0 => pi.
case: (Req_dec (asin q) 0) => [e|ne]; first by rewrite e sin_0 in s; lra.
have := sin_lt_0_var (asin q); lra.
Qed.

Lemma sin_half_pos : 0 < sin x.
Proof. by have [h1 h2] := arcsine_range; have := PI_RGT_0 => pi; apply: sin_gt_0; lra. Qed.

Lemma cos_half_pos : 0 < cos x.
Proof. by have [h1 h2] := arcsine_range; have := PI_RGT_0 => pi; apply: cos_gt_0; lra. Qed.

Lemma sin_cos_half : 2 * sin x * cos x = q.
Proof.
by rewrite -sin_2a /x (_ : 2 * (asin q / 2) = asin q); [apply: sin_asin; lra | field].
Qed.

Lemma cos_arcsine : cos (2 * x) = sqrt (1 - q * q).
Proof.
rewrite /x (_ : 2 * (asin q / 2) = asin q); last by field.
by rewrite cos_asin //; lra.
Qed.

Lemma sin_half_sqr : sin x * sin x = (1 - sqrt (1 - q * q)) / 2.
Proof. by rewrite -cos_arcsine cos_2a_sin; field. Qed.

Lemma cos_half_sqr : cos x * cos x = (1 + sqrt (1 - q * q)) / 2.
Proof. by rewrite -cos_arcsine cos_2a_cos; field. Qed.

Lemma cos_half_bounds : / sqrt 2 <= cos x < 1.
Proof.
have c0 := cos_half_pos; have s0 := sin_half_pos; have := sin2_cos2 x; rewrite /Rsqr => e.
split; last by nra.
have c2 := cos_half_sqr; have r0 := sqrt_pos (1 - q * q).
have r2 : 0 < sqrt 2 by apply: sqrt_lt_R0; lra.
have r22 : sqrt 2 * sqrt 2 = 2 by apply: sqrt_sqrt; lra.
apply: (Rmult_le_reg_l (sqrt 2)) => //; rewrite Rinv_r; last by lra.
by apply: Rsqr_incr_0_var; rewrite /Rsqr; nra.
Qed.

(** cot^2 of a quarter: (1 + cos) / (1 - cos) of the half. *)
Lemma cot_quarter : (cos (asin q / 4) / sin (asin q / 4)) ^ 2 = (1 + cos x) / (1 - cos x).
Proof.
have [h1 h2] := arcsine_range; have pi := PI_RGT_0.
have y : x = 2 * (asin q / 4) by rewrite /x; field.
have s0 : 0 < sin (asin q / 4) by apply: sin_gt_0; lra.
rewrite {1}y cos_2a_cos y cos_2a_sin; field.
by split; nra.
Qed.

End HalfArcsine.

(** At q = 7/25 the value is 99 + 70 sqrt 2. *)
Lemma cot_quarter_exact : (cos (asin (7 / 25) / 4) / sin (asin (7 / 25) / 4)) ^ 2 = 99 + 70 * sqrt 2.
Proof.
have q01 : 0 < 7 / 25 <= 1 by lra.
rewrite cot_quarter //; have c0 := cos_half_pos _ q01; have c2 := cos_half_sqr _ q01.
have e : sqrt (1 - 7 / 25 * (7 / 25)) = 24 / 25.
  by rewrite (_ : 1 - _ = 24 / 25 * (24 / 25)); [apply: sqrt_square; lra | field].
have r2 : 0 < sqrt 2 by apply: sqrt_lt_R0; lra.
have r22 : sqrt 2 * sqrt 2 = 2 by apply: sqrt_sqrt; lra.
rewrite e in c2; have {}c2 : cos (asin (7 / 25) / 2) = 7 * sqrt 2 / 10.
  by apply: Rsqr_inj; rewrite /Rsqr; [lra | nra | nra].
rewrite c2; have : 1 - 7 * sqrt 2 / 10 <> 0 by nra.
by move=> h; apply: (Rmult_eq_reg_r (1 - 7 * sqrt 2 / 10)) => //; rewrite Rmult_assoc Rinv_l //; nra.
Qed.

Lemma quarter_identity (q : R) : -1 <= q <= 1 -> q <> 0 ->
  16 * cos (asin q / 4) ^ 4 * cos (asin q / 2) ^ 2 =
  q ^ 2 * (cos (asin q / 4) / sin (asin q / 4)) ^ 2.
Proof.
move=> qr qn; have e : q = 4 * sin (asin q / 4) * cos (asin q / 4) * cos (asin q / 2).
  have s2 : sin (asin q / 2) = 2 * sin (asin q / 4) * cos (asin q / 4).
    by rewrite -sin_2a (_ : 2 * (asin q / 4) = asin q / 2) //; field.
  have s1 : q = 2 * sin (asin q / 2) * cos (asin q / 2).
    by rewrite -sin_2a (_ : 2 * (asin q / 2) = asin q) ?sin_asin //; field.
  by rewrite {1}s1 s2; ring.
have sn : sin (asin q / 4) <> 0 by move=> h; apply: qn; rewrite e h; ring.
rewrite (_ : q ^ 2 = (4 * sin (asin q / 4) * cos (asin q / 4) * cos (asin q / 2)) ^ 2).
  by field.
by rewrite -e.
Qed.

(** q^2 cot^2(asin q / 4) tends to 16 as q tends to 0. *)
Lemma cot_quarter_limit : is_lim (fun q => q ^ 2 * (cos (asin q / 4) / sin (asin q / 4)) ^ 2) 0 16.
Proof.
have ca : continuous asin 0.
  by apply: ex_derive_continuous; apply: ex_derive_Reals_1; apply: derivable_pt_asin; lra.
pose g q := 16 * cos (asin q / 4) ^ 4 * cos (asin q / 2) ^ 2.
have cg : continuous g 0.
  have h c : continuous (fun q => cos (asin q / c)) 0.
    apply: (continuous_comp (fun q => asin q / c) cos); last exact: continuous_cos.
    by apply: continuous_mult => //; apply: continuous_const.
  have p f n : continuous f 0 -> continuous (fun q => (f q : R) ^ n) 0.
    move=> cf; elim: n => [|n IH] /=; first exact: continuous_const.
    exact: (continuous_mult f).
  apply: (continuous_mult (fun q => 16 * cos (asin q / 4) ^ 4)); last exact: p.
  by apply: (continuous_mult (fun _ => 16)); [apply: continuous_const | apply: p].
have g0 : g 0 = 16 by rewrite /g asin_0 !/Rdiv !Rmult_0_l cos_0; ring.
apply: (is_lim_ext_loc g); last first.
  by rewrite -g0; apply: is_lim_continuity; apply/continuity_pt_filterlim.
exists (mkposreal (1 / 2) (ltac:(lra) : 0 < 1 / 2)) => q; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= => qb qn.
have qr : -1 <= q <= 1 by move: qb; rewrite /Rabs; case: Rcase_abs; lra.
rewrite /g; exact: quarter_identity.
Qed.
