(** A loss with a metric that is curved on every subspace, for heads of any width: [sqrt(1 + |u|^2)]. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth whitening.
From Geometry.thm31 Require Import radial.
From Geometry.prop33 Require Import refuted_barrier general.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

Section Subspace.
Variables (d k : nat) (W : mat k d).
Hypothesis inj : injective_matrix W.

(** [P = W^T W], [p = P w], [q = |W w|^2] and [r = 1 / sqrt(1 + q)]. *)
Let P : mat d d := mulm (tr W) W.
Let p (w : vec d) : vec d := mulv P w.
Let q (w : vec d) : R := dot w (p w).
Let r (w : vec d) : R := / sqrt (1 + q w).
Let f (w : vec d) : R := bowl (mulv W w).

(** [e] is the derivative of [F] by the coordinate [j] at [w]. *)
Let D (F : vec d -> R) (j : 'I_d) (w : vec d) (e : R) : Prop := is_derive (fun t => F (upd w j t)) (w j) e.

Lemma P_sym i j : P i j = P j i.
Proof. by apply: eq_sum => a; rewrite /tr; ring. Qed.

Lemma qE v w : dot v (p w) = dot (mulv W v) (mulv W w).
Proof. by rewrite /p /P mulv_mulm dot_mulv. Qed.

Lemma q_pos w : 0 < 1 + q w.
Proof. by rewrite /q qE; have := dot_ge0 (mulv W w); lra. Qed.

Lemma r_pos w : 0 < r w.
Proof. by apply: Rinv_0_lt_compat; apply: sqrt_lt_R0; exact: q_pos. Qed.

Lemma rq w : r w * r w * q w = 1 - r w * r w.
Proof.
have s0 := sqrt_lt_R0 _ (q_pos w); have ss := sqrt_sqrt _ (Rlt_le _ _ (q_pos w)).
have -> : q w = sqrt (1 + q w) * sqrt (1 + q w) - 1 by rewrite ss; ring.
by rewrite /r; move: s0; move: (sqrt _) => s s0; field; lra.
Qed.

Lemma D_plus F G j w a b : D F j w a -> D G j w b -> D (fun w => F w + G w) j w (a + b).
Proof.
by move=> HF HG; have := partial_plus (ex_intro _ a HF) (ex_intro _ b HG); rewrite (partial_unique HF) (partial_unique HG).
Qed.

Lemma D_mult F G j w a b : D F j w a -> D G j w b -> D (fun w => F w * G w) j w (a * G w + F w * b).
Proof.
by move=> HF HG; have := partial_mult (ex_intro _ a HF) (ex_intro _ b HG); rewrite (partial_unique HF) (partial_unique HG).
Qed.

Lemma D_const c j w : D (fun=> c) j w 0.
Proof. exact: is_derive_const. Qed.

Lemma D_coord l j w : D (fun w => w l) j w (kron j l).
Proof. by rewrite -(partial_coord l w j); apply: is_derive_partial; apply: C1_ex; exact: C1_coord. Qed.

Lemma p_C1 i w : C1 (fun w => p w i) w.
Proof. by rewrite /p mulv_affine; exact: C2_C1 (C2_affine P zerov w i). Qed.

Lemma D_p i j w : D (fun w => p w i) j w (P i j).
Proof.
have E : partial (fun w => p w i) j w = P i j.
  by rewrite /p mulv_affine -[RHS](congr1 (fun A => A i j) (jac_affine P zerov w)).
by rewrite -E; apply: is_derive_partial; apply: C1_ex; exact: p_C1.
Qed.

Lemma D_q j w : D q j w (2 * p w j).
Proof.
have C l : C1 (fun w => w l * p w l) w by apply: C1_mult; [exact: C1_coord | exact: p_C1].
have -> : 2 * p w j = partial q j w.
  rewrite /q /dot partial_sum // (eq_sum (G := fun l => kron j l * p w l + P j l * w l)) => [|l].
    by rewrite sumD sum_kron -/(mulv P w j) -/(p w j); ring.
  by rewrite (partial_unique (D_mult (D_coord l j w) (D_p l j w))) (P_sym l j); ring.
by apply: is_derive_partial; apply: C1_ex; apply: C1_sum.
Qed.

(** The derivative of a function of [q]. *)
Lemma D_of_q (g : R -> R) e j w : is_derive g (q w) e -> D (fun w => g (q w)) j w (2 * p w j * e).
Proof.
move=> G; apply: (Coquelicot.Derive.is_derive_comp g (fun t => q (upd w j t))); last exact: D_q.
by rewrite upd_same.
Qed.

Lemma D_f j w : D f j w (p w j * r w).
Proof.
have E : f = fun w => sqrt (1 + q w).
  by apply: functional_extensionality => v; rewrite /f /bowl /q qE.
have s0 := sqrt_lt_R0 _ (q_pos w); rewrite E (_ : p w j * r w = 2 * p w j * (/ (2 * sqrt (1 + q w)))).
  apply: (D_of_q (g := fun s => sqrt (1 + s))); auto_derive; first exact: q_pos.
  by field; lra.
by rewrite /r; field; lra.
Qed.

Lemma D_r j w : D r j w (- p w j * (r w * r w * r w)).
Proof.
have s0 := sqrt_lt_R0 _ (q_pos w).
rewrite (_ : - p w j * _ = 2 * p w j * (- / 2 * (/ sqrt (1 + q w) * / sqrt (1 + q w) * / sqrt (1 + q w)))).
  apply: (D_of_q (g := fun s => / sqrt (1 + s))); auto_derive; first by have := q_pos w; lra.
  by field; lra.
by rewrite /r; field; lra.
Qed.

(** The metric, its derivatives and its Christoffel symbols. *)
Let g (w : vec d) : mat d d := fun i j => P i j * r w + - (p w i * p w j * (r w * r w * r w)).
Let T (w : vec d) (i j m : 'I_d) : R :=
  3 * (p w i * p w j * p w m) * (r w * r w * r w * r w * r w)
  - (P i j * p w m + P i m * p w j + P j m * p w i) * (r w * r w * r w).
Let Gamma (w : vec d) (l i j : 'I_d) : R :=
  / 2 * (r w * r w * (w l * (p w i * p w j) + - (kron i l * p w j + kron j l * p w i)) + - (w l * P i j)).

Lemma D_opp F j w a : D F j w a -> D (fun w => - F w) j w (- a).
Proof. exact: is_derive_opp. Qed.

Lemma D_is F j w a b : D F j w a -> a = b -> D F j w b.
Proof. by move=> H <-. Qed.

Lemma metricE : hess f = g.
Proof.
apply: functional_extensionality => w; apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /hess (partial_ext (g := fun w => p w j * r w)) => [|v]; last exact: partial_unique (D_f j v).
by rewrite (partial_unique (D_mult (D_p j i w) (D_r i w))) /g (P_sym j i); ring.
Qed.

Lemma D_g i j m w : D (fun w => g w i j) m w (T w i j m).
Proof.
apply: D_is.
  apply: D_plus; first by apply: D_mult; [exact: D_const | exact: D_r].
  apply: D_opp; apply: D_mult; first by apply: D_mult; exact: D_p.
  by apply: D_mult; [apply: D_mult|]; exact: D_r.
by rewrite /T; ring.
Qed.

Lemma D_Gamma l i j m w : D (fun w => Gamma w l i j) m w
  (/ 2 * (- (2 * p w m) * (r w * r w * r w * r w) * (w l * (p w i * p w j) - (kron i l * p w j + kron j l * p w i))
   + r w * r w * (kron m l * (p w i * p w j) + w l * (P i m * p w j + p w i * P j m) - (kron i l * P j m + kron j l * P i m))
   - kron m l * P i j)).
Proof.
apply: D_is.
  apply: D_mult; first exact: D_const.
  apply: D_plus; last by apply: D_opp; apply: D_mult; [exact: D_coord | exact: D_const].
  apply: D_mult; first by apply: D_mult; exact: D_r.
  apply: D_plus; first by apply: D_mult; [exact: D_coord | apply: D_mult; exact: D_p].
  by apply: D_opp; apply: D_plus; apply: D_mult; [exact: D_const | exact: D_p | exact: D_const | exact: D_p].
by cbv beta; ring.
Qed.

Lemma metric_radius w m : \sum_(l < d) (g w m l * w l) = p w m * (r w * r w * r w).
Proof.
rewrite (eq_sum (G := fun l => r w * (P m l * w l) + - (p w m * (r w * r w * r w)) * (w l * p w l))) => [|l].
  rewrite sumD -!mulr_sum -/(mulv P w m) -/(p w m) -/(dot w (p w)) -/(q w).
  have -> : r w * p w m + - (p w m * (r w * r w * r w)) * q w = p w m * r w * (1 - r w * r w * q w) by ring.
  by rewrite rq; ring.
by rewrite /g; ring.
Qed.

Lemma christoffel_bowl : christoffel (hess f) Gamma.
Proof.
rewrite metricE => w m i j; split; first by eexists; exact: D_g.
rewrite !(partial_unique (D_g _ _ _ w)).
rewrite (eq_sum (G := fun l => / 2 * (r w * r w * (p w i * p w j) - P i j) * (g w m l * w l) +
  (kron i l * (- / 2 * (r w * r w * p w j) * g w m l) + kron j l * (- / 2 * (r w * r w * p w i) * g w m l)))) => [|l].
  rewrite !sumD -mulr_sum metric_radius !sum_kron /g /T (P_sym m i) (P_sym m j) (P_sym j i); field.
by rewrite /Gamma; ring.
Qed.

Lemma metric_definite w : positive_definite (g w).
Proof.
move=> v v0; set n := dot v (p v); set c := dot v (p w).
have n0 : 0 < n by rewrite /n qE; apply: dot_gt0 => /inj.
have -> : form (g w) v v = r w * (n - r w * r w * (c * c)).
  rewrite /form (_ : mulv (g w) v = subv (scalev (r w) (p v)) (scalev (r w * r w * r w * c) (p w))).
    by rewrite dotBr !dotZr -/n -/c; ring.
  apply: functional_extensionality => i; rewrite /mulv /subv /scalev.
  rewrite (eq_sum (G := fun j => r w * (P i j * v j) + - (p w i * (r w * r w * r w)) * (v j * p w j))) => [|j].
    by rewrite sumD -!mulr_sum -/(mulv P v i) -/(p v i) -/(dot v (p w)) -/c; ring.
  by rewrite /g; ring.
have r0 := r_pos w; have r2 := Rmult_lt_0_compat _ _ r0 r0.
have cs : c * c <= q w * n.
  have cs := cauchy_schwarz_abs (mulv W v) (mulv W w); have c0 := Rabs_pos (dot (mulv W v) (mulv W w)).
  have := Rmult_le_compat _ _ _ _ c0 c0 cs cs; rewrite -Rabs_mult Rabs_pos_eq; last exact: Rle_0_sqr.
  have -> : len (mulv W v) * len (mulv W w) * (len (mulv W v) * len (mulv W w)) =
    len (mulv W w) * len (mulv W w) * (len (mulv W v) * len (mulv W v)) by ring.
  by rewrite !len_sqr -!qE.
apply: Rmult_lt_0_compat => //.
have := Rmult_le_compat_l _ _ _ (Rlt_le _ _ r2) cs.
have -> : r w * r w * (q w * n) = (1 - r w * r w) * n by rewrite -rq; ring.
by have := Rmult_lt_0_compat _ _ r2 n0; lra.
Qed.

(** At the unit vector of the coordinate [b], in the plane of [a] and [b], the Riemann tensor is not zero. *)
Lemma bowl_curved (a b : 'I_d) : a != b -> curved f.
Proof.
move=> ab; exists Gamma; split; first exact: christoffel_bowl.
pose u : vec d := kron b; have kab : kron a b = 0 by rewrite /kron (negbTE ab).
have kba : kron b a = 0 by rewrite kronC.
have kaa : kron a a = 1 by rewrite /kron eqxx.
have kbb : kron b b = 1 by rewrite /kron eqxx.
have pE i : p u i = P i b.
  rewrite /p /mulv (eq_sum (G := fun j => kron b j * P i j)) ?sum_kron // => j.
  by rewrite /u; ring.
have qu : q u = P b b by rewrite /q /dot sum_kron pE.
have y0 : 0 < P b b.
  rewrite -qu /q qE; apply: dot_gt0 => /inj /(congr1 (fun v : vec d => v b)).
  by rewrite /u /zerov kbb; lra.
have rho : r u * r u = / (1 + P b b).
  have := rq u; rewrite qu => e; apply: (Rmult_eq_reg_l (1 + P b b)); last lra.
  by rewrite Rinv_r; lra.
exists u, a, b, a, b; split; [by eexists; exact: D_Gamma | by eexists; exact: D_Gamma |].
rewrite /riemann !(partial_unique (D_Gamma _ _ _ _ u)).
rewrite (eq_sum (G := fun l => kron b l * (- / 4 * (r u * r u) * (P l b + kron l a * P a b) *
    (r u * r u * (P b b * P b b) - 2 * (r u * r u) * P b b - P b b)) +
  kron a l * (/ 2 * (r u * r u) * P b b * Gamma u l a b))) => [|l].
  rewrite sumD !sum_kron /Gamma !pE /u ?kab ?kba ?kaa ?kbb ?(P_sym b a).
  rewrite (_ : r (kron b) * r (kron b) * r (kron b) * r (kron b) = r (kron b) * r (kron b) * (r (kron b) * r (kron b))).
    rewrite -/u rho; move: (P b b) y0 => y y0.
    rewrite (_ : _ + _ = - (y * y / ((1 + y) * (1 + y))) / 2); last by field; lra.
    have : 0 < y * y / ((1 + y) * (1 + y)) by apply: Rdiv_lt_0_compat; apply: Rmult_lt_0_compat; lra.
    by lra.
  by ring.
rewrite /Gamma !pE /u ?kab ?kba ?kaa ?kbb ?(kronC l a); field.
Qed.
End Subspace.

(** The hypothesis of reading `curved-subspaces` can be met at every width: [sqrt(1 + |u|^2)] on R^k induces a
    metric that is not flat on every d-dimensional subspace, [d >= 2]. *)
Theorem reading_curved_subspaces_met (d k : nat) : (1 < d)%nat ->
  (forall u, C2 (@bowl k) u) /\ curved_on_subspaces d (@bowl k).
Proof.
move=> d2; split=> [u|W inj]; first exact: bowl_C2.
split; first by move=> y; rewrite metricE; exact: metric_definite.
apply: (@bowl_curved d k W inj (Ordinal (ltnW d2)) (Ordinal d2)).
by [].
Qed.
