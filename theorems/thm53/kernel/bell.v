(** The integrals of exp(- s y^2 / 2), y exp(- s y^2 / 2) and y^2 exp(- s y^2 / 2) over the line. *)
From Coq Require Import Reals Lra Psatz.
From mathcomp Require Import ssreflect ssrfun ssrbool.
From Coquelicot Require Import Coquelicot.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** [f] has the integral [I] over the real line. *)
Definition line_integral (f : R -> R) (I : R) : Prop :=
  is_RInt_gen f (Rbar_locally m_infty) (Rbar_locally p_infty) I.

Lemma line_integral_ext f g I : (forall x, f x = g x) -> line_integral f I -> line_integral g I.
Proof. by move=> e; apply: is_RInt_gen_ext; apply: filter_forall => ab x _; exact: e. Qed.

Lemma line_integralZ c f I : line_integral f I -> line_integral (fun x => c * f x) (c * I).
Proof. exact: is_RInt_gen_scal. Qed.

Lemma line_integralD f g I J : line_integral f I -> line_integral g J -> line_integral (fun x => f x + g x) (I + J).
Proof. exact: is_RInt_gen_plus. Qed.

(** From a primitive and its limits; the function may be moved by [m]. *)
Lemma line_integral_primitive (m : R) (G g : R -> R) (la lb : R) :
  (forall x, is_derive G x (g x)) -> (forall x, continuous g x) ->
  is_lim G m_infty la -> is_lim G p_infty lb ->
  line_integral (fun x => g (x - m)) (lb - la).
Proof.
move=> D C la_ lb_; pose M x := G (x - m).
have DM x : is_derive M x (g (x - m)).
  have -> : g (x - m) = scal 1 (g (x - m)) by rewrite /scal /= /mult /=; ring.
  by apply: is_derive_comp (D _) _; auto_derive => //; ring.
have e x : Derive M x = g (x - m) by apply: is_derive_unique.
apply: (@line_integral_ext (Derive M)) => //; apply: is_RInt_gen_Derive.
- by apply: filter_forall => ab x _; exists (g (x - m)).
- apply: filter_forall => ab x _; apply: (continuous_ext (fun x => g (x - m))) => //.
  apply: (continuous_comp (fun x => x - m) g) => //.
  by apply: ex_derive_continuous; auto_derive.
- by move=> P HP; have [N HN] := la_ P HP; exists (N + m) => x xN; apply: HN; lra.
- by move=> P HP; have [N HN] := lb_ P HP; exists (N + m) => x xN; apply: HN; lra.
Qed.

(** A function that grows and is bounded has a limit. *)
Lemma monotone_limit (F : R -> R) (B : R) :
  (forall x y, x <= y -> F x <= F y) -> (forall x, F x <= B) ->
  exists l : R, is_lim F p_infty l /\ forall x, F x <= l.
Proof.
move=> up bound; have [||l [ub lub]] := completeness (fun r => exists x, r = F x).
- by exists B => r [x ->].
- by exists (F 0), 0.
exists l; split=> [P [e He]|x]; last by apply: ub; exists x.
have [x xl] : exists x, l - e < F x.
  apply: Classical_Prop.NNPP => none; have e0 := cond_pos e.
  have : l <= l - e; last by lra.
  by apply: lub => r [x ->]; apply: Rnot_lt_le => lt; apply: none; exists x.
exists x => y xy; apply: He; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /=.
have a := up x y (Rlt_le _ _ xy); have b : F y <= l by apply: ub; exists y.
by apply: Rabs_def1; have e0 := cond_pos e; lra.
Qed.

Lemma limit_opp (F G : R -> R) (l : R) : is_lim F p_infty l -> (forall x, F (- x) = G x) -> is_lim G m_infty l.
Proof.
move=> lim FG P HP; have [M HM] := lim P HP; exists (- M) => x xM.
by rewrite -FG; apply: HM; lra.
Qed.

Lemma gap_ge0 x y : x <= y -> 0 <= y - x.
Proof. lra. Qed.

Section Bell.
Variable s : R.
Hypothesis s0 : 0 < s.

(** exp(- s y^2 / 2). *)
Definition bell (y : R) : R := exp (- (s * (y * y) / 2)).

Lemma bell_derive y : is_derive bell y (- (s * y * bell y)).
Proof.
have D : is_derive (fun y => - (s * (y * y) / 2)) y (- (s * y)) by auto_derive => //; field.
have -> : - (s * y * bell y) = scal (- (s * y)) (bell y) by rewrite /scal /= /mult /=; ring.
exact: is_derive_comp (is_derive_exp _) D.
Qed.

Lemma bell_continuous y : continuous bell y.
Proof. by apply: ex_derive_continuous; eexists; exact: bell_derive. Qed.

Lemma bell_even y : bell (- y) = bell y.
Proof. by rewrite /bell; congr (exp (- (s * _ / 2))); ring. Qed.

Lemma bell_below y : bell y <= / (1 + s * (y * y) / 2).
Proof.
have q : 0 <= s * (y * y) / 2 by have := Rle_0_sqr y; rewrite /Rsqr; nra.
rewrite /bell exp_Ropp; apply: Rinv_le_contravar; first by lra.
by have := exp_ineq1_le (s * (y * y) / 2); lra.
Qed.

(** Its primitive that vanishes at 0. *)
Let F y := RInt bell 0 y.

Let F_derive y : is_derive F y (bell y).
Proof.
apply: (is_derive_RInt _ _ 0); last exact: bell_continuous.
by apply: filter_forall => z; apply: RInt_correct; apply: ex_RInt_continuous => x _; exact: bell_continuous.
Qed.

Let increasing (G g : R -> R) : (forall x, is_derive G x (g x)) -> (forall x, 0 <= g x) ->
  forall x y, x <= y -> G x <= G y.
Proof.
move=> D pos x y xy; have [|z zb|z [zb e]] := MVT_gen G x y g.
- by move=> z _; exact: D.
- by apply: derivable_continuous_pt; exists (g z); apply/is_derive_Reals.
by have := Rmult_le_pos _ _ (pos z) (gap_ge0 xy); lra.
Qed.

Let F_up x y : x <= y -> F x <= F y.
Proof. by apply: (increasing F_derive) => z; apply: Rlt_le; exact: exp_pos. Qed.

Let F0 : F 0 = 0. Proof. exact: RInt_point. Qed.

Let F_odd y : F (- y) = - F y.
Proof.
pose K y := F (- y) + F y; have D x : is_derive K x 0.
  have D1 : is_derive (fun x => F (- x)) x (- bell x).
    have -> : - bell x = scal (-1) (bell (- x)) by rewrite bell_even /scal /= /mult /=; ring.
    by apply: is_derive_comp (F_derive _) _; auto_derive => //; ring.
  have -> : 0 = plus (- bell x) (bell x) by rewrite /plus /=; ring.
  exact: is_derive_plus D1 (F_derive x).
suff : K y = K 0 by rewrite /K Ropp_0 F0; lra.
have up := increasing D (fun=> Rle_refl 0).
have dn : forall x y, x <= y -> - K x <= - K y.
  by apply: (increasing (fun x => is_derive_opp K x 0 (D x))) => x; rewrite /opp /=; lra.
have [le|le] := Rle_lt_dec y 0; first by have := up _ _ le; have := dn _ _ le; lra.
by have := up _ _ (Rlt_le _ _ le); have := dn _ _ (Rlt_le _ _ le); lra.
Qed.

Let F_bound y : F y <= sqrt (2 / s) * (PI / 2).
Proof.
have q0 : 0 < 2 / s by apply: Rdiv_lt_0_compat; lra.
have r0 := sqrt_lt_R0 _ q0; have rr := sqrt_sqrt _ (Rlt_le _ _ q0); set r := sqrt (2 / s) in r0 rr *.
have [le|lt] := Rle_lt_dec y 0.
  have : F y <= 0 by rewrite -F0; exact: F_up.
  by have := Rmult_lt_0_compat _ _ r0 PI2_RGT_0; lra.
pose K y := r * atan (y / r) - F y.
have D x : is_derive K x (/ (1 + s * (x * x) / 2) - bell x).
  apply: is_derive_minus (F_derive x).
  have := is_derive_scal _ x r _ (is_derive_comp atan (fun x => x / r) x (/ (1 + (x / r) ^ 2)) (/ r) _ _).
  rewrite /scal /= /mult /= (_ : r * (/ r * / (1 + x / r * (x / r * 1))) = / (1 + s * (x * x) / 2)).
    apply; first by apply/is_derive_Reals; exact: derivable_pt_lim_atan.
    by auto_derive => //; ring.
  have sr : s = 2 / (r * r) by rewrite rr; field; lra.
  rewrite sr; have x2 : 0 < r * r + x * x by have := Rle_0_sqr x; rewrite /Rsqr; nra.
  by field; repeat split; nra.
have := increasing D (fun x => gap_ge0 (bell_below x)) (Rlt_le _ _ lt).
rewrite /K F0 /Rdiv Rmult_0_l atan_0 Rmult_0_r => le.
have [_ a] := atan_bound (y * / r).
by have := Rmult_lt_compat_l _ _ _ r0 a; lra.
Qed.

(** y exp(- s y^2 / 2) vanishes at infinity, and so does exp(- s y^2 / 2). *)
Let tail k : (k = 0%nat \/ k = 1%nat) -> is_lim (fun y => y ^ k * bell y) p_infty 0.
Proof.
move=> k01 P [e He]; have e0 := cond_pos e; have es : 0 < 2 / (s * e) by apply: Rdiv_lt_0_compat; nra.
exists (Rmax 1 (2 / (s * e))) => y /Rmax_Rlt [y1 ye]; apply: He.
rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Ropp_0 Rplus_0_r.
have b0 : 0 < bell y by exact: exp_pos.
have le : y * bell y < e.
  have b := bell_below y; have p : 0 < 1 + s * (y * y) / 2 by nra.
  have : y * bell y <= y * / (1 + s * (y * y) / 2) by apply: Rmult_le_compat_l; lra.
  suff : y * / (1 + s * (y * y) / 2) < e by lra.
  apply: (Rmult_lt_reg_r (1 + s * (y * y) / 2)) => //; rewrite Rmult_assoc Rinv_l; last by lra.
  have se : 0 < s * e by nra.
  have yse : 2 < y * (s * e).
    have := Rmult_lt_compat_r _ _ _ se ye; rewrite /Rdiv Rmult_assoc Rinv_l; lra.
  by have := Rmult_lt_compat_l y _ _ _ yse; nra.
case: k01 => ->; rewrite /= ?Rmult_1_l ?Rmult_1_r Rabs_pos_eq; try nra.
Qed.

(** The three integrals, also with the centre moved to [m]: Z, 0 and Z / s with the same Z > 0. *)
Lemma bell_integrals : exists2 Z, 0 < Z & forall m,
  [/\ line_integral (fun x => bell (x - m)) Z, line_integral (fun x => (x - m) * bell (x - m)) 0
    & line_integral (fun x => (x - m) * (x - m) * bell (x - m)) (Z / s)].
Proof.
have [l [lim le]] := monotone_limit F_up F_bound.
have limm : is_lim F m_infty (- l).
  by apply: (limit_opp (is_lim_opp _ _ _ lim)) => x; rewrite F_odd; ring.
have l0 : 0 < l.
  have [|z zb|z [zb e]] := MVT_gen F 0 1 bell.
  - by move=> z _; exact: F_derive.
  - by apply: derivable_continuous_pt; exists (bell z); apply/is_derive_Reals; exact: F_derive.
  by have : 0 < bell z by [exact: exp_pos]; have := le 1; rewrite F0 in e; lra.
have b0 : is_lim bell p_infty 0 by apply: is_lim_ext (tail (or_introl (erefl 0%nat))) => y; rewrite /= Rmult_1_l.
have y0 : is_lim (fun y => y * bell y) p_infty 0 by apply: is_lim_ext (tail (or_intror (erefl 1%nat))) => y; rewrite /= Rmult_1_r.
have b0m : is_lim bell m_infty 0 by apply: (limit_opp b0) => y; exact: bell_even.
have y0m : is_lim (fun y => y * bell y) m_infty 0.
  have := is_lim_opp _ _ _ y0; rewrite /= Ropp_0 => y0'.
  by apply: (limit_opp y0') => y; rewrite bell_even; ring.
have cb := bell_continuous.
exists (l - - l); first by lra.
move=> m; split.
- exact: (line_integral_primitive m F_derive).
- have D x : is_derive (fun y => - / s * bell y) x (x * bell x).
    have -> : x * bell x = - / s * (- (s * x * bell x)) by field; lra.
    exact: is_derive_scal (bell_derive x).
  have := line_integral_primitive m D _ (is_lim_scal_l _ (- / s) _ _ b0m) (is_lim_scal_l _ (- / s) _ _ b0).
  rewrite /= !Rmult_0_r Rminus_0_r; apply=> x.
  by apply: (continuous_mult (fun y => y)); [exact: continuous_id | exact: cb].
have D x : is_derive (fun y => / s * (F y - y * bell y)) x (x * x * bell x).
  have -> : x * x * bell x = / s * (bell x - (1 * bell x + x * - (s * x * bell x))) by field; lra.
  apply: is_derive_scal; apply: is_derive_minus (F_derive x) _.
  exact: (is_derive_mult (fun y => y) bell x _ _ (is_derive_id x) (bell_derive x) Rmult_comm).
have L p (a : R) : is_lim F p a -> is_lim (fun y => y * bell y) p 0 -> is_lim (fun y => / s * (F y - y * bell y)) p (/ s * a).
  move=> Fa ya; apply: (is_lim_scal_l _ (/ s) _ a); rewrite -[a]Rminus_0_r.
  exact: (is_lim_minus' F _ _ a 0).
have := line_integral_primitive m D _ (L _ _ limm y0m) (L _ _ lim y0).
rewrite (_ : / s * l - / s * - l = (l - - l) / s); last by field; lra.
apply=> x; apply: (continuous_mult (fun y => y * y)); last exact: cb.
by apply: ex_derive_continuous; auto_derive.
Qed.

End Bell.
