(** Softmax cross-entropy: its gradient and its Hessian. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth symmetry elementary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The sum of the exponentials of the logits [u]. *)
Definition partition (k : nat) (u : vec k) : R := \sum_(i < k) exp (u i).
(** The probabilities [p_i = exp u_i / sum_j exp u_j]. *)
Definition softmax (k : nat) (u : vec k) : vec k := fun i => exp (u i) / partition u.
(** The loss [log (sum_j exp u_j) - y . u] for the labels [y]. *)
Definition cross_entropy (k : nat) (y u : vec k) : R := ln (partition u) - dot y u.

Section CrossEntropy.
Variable r : nat.
Let k := r.+1.
Variables y u : vec k.

Lemma partition_gt0 (w : vec k) : 0 < partition w.
Proof.
rewrite /partition big_ord_recl; have := exp_pos (w ord0).
have : 0 <= \sum_(i < r) exp (w (lift ord0 i)) by apply: sum_ge0 => i; exact: Rlt_le (exp_pos _).
lra.
Qed.

Lemma C2_partition (w : vec k) : C2 (@partition k) w.
Proof. by apply: C2_sum => i; apply: C2_lift; exact: C2fun_exp. Qed.

Lemma partial_partition (w : vec k) i : partial (@partition k) i w = exp (w i).
Proof.
rewrite /partition partial_sum => [|a]; last by apply: C2_C1; apply: C2_lift; exact: C2fun_exp.
by rewrite -[RHS](sum_kron i (fun j => exp (w j))); apply: eq_sum => j; rewrite partial_lift Derive_exp.
Qed.

Lemma C2_cross_entropy w : C2 (cross_entropy y) w.
Proof.
have A : C2 (fun x => ln (@partition k x)) w.
  by apply: C2_fun; [exact: C2_partition | exact: C2fun_ln (partition_gt0 w)].
have B : C2 (fun x : vec k => -1 * dot y x) w by apply: C2_scal; exact: C2_dot.
by apply: C2_ext_near (C2_plus A B); apply: filter_forall => x; rewrite /cross_entropy; ring.
Qed.

Lemma partial_ln (w : vec k) i :
  is_derive (fun t => ln (partition (upd w i t))) (w i) (softmax w i).
Proof.
have D : is_derive (fun t => partition (upd w i t)) (w i) (exp (w i)).
  by rewrite -partial_partition; apply: is_derive_partial; apply: C1_ex; apply: C2_C1; exact: C2_partition.
have := is_derive_comp ln (fun t => partition (upd w i t)) (w i) (/ partition w) _ _ D.
rewrite /scal /= /mult /= upd_same; apply.
by have := partition_gt0 w => z; auto_derive => //; field; lra.
Qed.

Lemma grad_cross_entropy w : grad (cross_entropy y) w = subv (softmax w) y.
Proof.
apply: functional_extensionality => i; apply: is_derive_unique.
apply: (is_derive_minus (fun t => ln (partition (upd w i t)))); first exact: partial_ln.
have := is_derive_partial (C1_ex i (C2_C1 (C2_dot y w))).
by rewrite -/(grad (dot y) w i) grad_dot.
Qed.

Lemma hess_cross_entropy :
  hess (cross_entropy y) u = fun i j => kron i j * softmax u i - softmax u i * softmax u j.
Proof.
apply: functional_extensionality => i; apply: functional_extensionality => j.
rewrite /hess (partial_ext (g := fun w => exp (w j) / partition w + - y j)) => [|w]; last first.
  by rewrite -/(grad (cross_entropy y) w j) grad_cross_entropy.
have Z := partition_gt0 u.
have D : is_derive (fun t => partition (upd u i t)) (u i) (exp (u i)).
  by rewrite -partial_partition; apply: is_derive_partial; apply: C1_ex; apply: C2_C1; exact: C2_partition.
have E : is_derive (fun t => exp (upd u i t j)) (u i) (kron i j * exp (u j)).
  have := is_derive_partial (C1_ex i (C2_C1 (C2_lift j u C2fun_exp))).
  by rewrite partial_lift Derive_exp.
apply: is_derive_unique.
have := is_derive_div _ _ _ _ _ E D; rewrite upd_same => /(_ (Rgt_not_eq _ _ Z)) F.
have := is_derive_plus _ _ _ _ _ F (is_derive_const (- y j) (u i)).
rewrite /plus /zero /= Rplus_0_r => {}F.
have <- : (kron i j * exp (u j) * partition u - exp (u j) * exp (u i)) / partition u ^ 2
  = kron i j * softmax u i - softmax u i * softmax u j.
  by rewrite /softmax /kron; case: eqP => [->|_]; field; lra.
exact: F.
Qed.
End CrossEntropy.

Lemma kron_lift r (l m : 'I_r) : kron (lift ord0 l) (lift ord0 m) = kron l m.
Proof. by rewrite /kron (inj_eq lift_inj). Qed.

Lemma kron_0_lift r (l : 'I_r) : kron ord0 (lift ord0 l) = 0.
Proof. by rewrite /kron (negbTE (neq_lift _ _)). Qed.

Lemma sum_kron1 r (i : 'I_r) : \sum_(j < r) kron i j = 1.
Proof. by rewrite -[RHS](sum_kron i (fun=> 1)); apply: eq_sum => j; ring. Qed.

Section Covariance.
Variables (r : nat) (p : vec r.+1).
Hypotheses (p0 : forall i, 0 < p i) (p1 : \sum_(i < r.+1) p i = 1).
Let H : mat r.+1 r.+1 := fun i j => kron i j * p i - p i * p j.

Lemma covariance_mulv v i : mulv H v i = p i * (v i - dot p v).
Proof.
rewrite /mulv /H (eq_sum (G := fun j => kron i j * (p i * v j) - p i * (p j * v j))) => [|j]; last by ring.
by rewrite sumB sum_kron -mulr_sum /dot; ring.
Qed.

Lemma covariance_form v : form H v v = \sum_(i < r.+1) (p i * ((v i - dot p v) * (v i - dot p v))).
Proof.
have E : \sum_(i < r.+1) (dot p v * (p i * (v i - dot p v))) = 0.
  rewrite -mulr_sum (eq_sum (G := fun i => p i * v i - p i * dot p v)) => [|i]; last by ring.
  by rewrite sumB -mull_sum p1 /dot; ring.
rewrite -[RHS]Rplus_0_r -[X in _ = _ + X]E; set m := dot p v; rewrite -sumD; apply: eq_sum => i.
by rewrite covariance_mulv -/m; ring.
Qed.

Lemma covariance_psd v : 0 <= form H v v.
Proof.
rewrite covariance_form; apply: sum_ge0 => i.
by apply: Rmult_le_pos; [exact: Rlt_le | exact: Rle_0_sqr].
Qed.

Lemma covariance_kernel v : mulv H v = zerov <-> exists c, v = fun=> c.
Proof.
split=> [e|[c ->]].
  exists (dot p v); apply: functional_extensionality => i.
  have := congr1 (fun w => w i) e; rewrite covariance_mulv /zerov => /Rmult_integral [pi|]; last lra.
  by have := p0 i; lra.
apply: functional_extensionality => i; rewrite covariance_mulv /dot.
by rewrite -mull_sum p1 /zerov; ring.
Qed.

Lemma covariance_range w : (exists v, mulv H v = w) <-> \sum_(i < r.+1) w i = 0.
Proof.
split=> [[v <-]|w0].
  rewrite (eq_sum (G := fun i => p i * v i - p i * dot p v)) => [|i]; last by rewrite covariance_mulv; ring.
  by rewrite sumB -mull_sum p1 /dot; ring.
exists (fun i => w i / p i); apply: functional_extensionality => i.
rewrite covariance_mulv /dot (eq_sum (G := w)) ?w0 => [|j]; first by field; have := p0 i; lra.
by field; have := p0 j; lra.
Qed.

Lemma covariance_rank : has_rank H r.
Proof.
exists (fun l i => kron (lift ord0 l) i - kron ord0 i); split=> [c c0|w].
  apply: functional_extensionality => l; rewrite /zerov -(c0 (lift ord0 l)) -[LHS](sum_kron l c).
  by apply: eq_sum => m; rewrite kron_0_lift kron_lift (kronC m l); ring.
rewrite covariance_range; split=> [w0|[c ->]].
  exists (fun l => w (lift ord0 l)); apply: functional_extensionality => i.
  have [l ->|->] := unliftP ord0 i.
    rewrite -[LHS](sum_kron l (fun l => w (lift ord0 l))); apply: eq_sum => m.
    by rewrite kron_0_lift kron_lift (kronC m l); ring.
  rewrite (eq_sum (G := fun l => - w (lift ord0 l))) ?sumN => [|l].
    have E : w ord0 + \sum_(l < r) w (lift ord0 l) = 0 by rewrite -[RHS]w0 [RHS]big_ord_recl.
    by apply: (Rplus_eq_reg_l (\sum_(l < r) w (lift ord0 l))); rewrite Rplus_opp_r Rplus_comm.
  by rewrite (kronC (lift _ _)) kron_0_lift /kron eqxx; ring.
rewrite exchange_sum -[RHS](sum0 r); apply: eq_sum => l.
rewrite -mulr_sum sumB !sum_kron1; ring.
Qed.
End Covariance.

Lemma softmax_gt0 r (u : vec r.+1) i : 0 < softmax u i.
Proof. by apply: Rdiv_lt_0_compat; [exact: exp_pos | exact: partition_gt0]. Qed.

Lemma softmax_sum r (u : vec r.+1) : \sum_(i < r.+1) softmax u i = 1.
Proof.
rewrite -mull_sum; apply: Rinv_r; apply: Rgt_not_eq; exact: partition_gt0.
Qed.

(** Softmax cross-entropy of [k = r + 1] logits [u], with probabilities [p = softmax u] and labels [y] that sum
    to 1: the loss is C^2; its Hessian is [H = diag(p) - p p^T], positive semidefinite, of rank [k - 1],
    with the kernel span(1, .., 1); its gradient is [rho = p - y], and it lies in the range of [H]. *)
Theorem part_fact0_cross_entropy (r : nat) (y u : vec r.+1) :
  \sum_(i < r.+1) y i = 1 ->
  let H := hess (cross_entropy y) u in
  let p := softmax u in
  C2 (cross_entropy y) u
  /\ H = (fun i j => kron i j * p i - p i * p j)
  /\ (forall v, 0 <= form H v v)
  /\ has_rank H r
  /\ (forall v, mulv H v = zerov <-> exists c, v = fun=> c)
  /\ grad (cross_entropy y) u = subv p y
  /\ exists v, mulv H v = subv p y.
Proof.
move=> y1 H p; rewrite /H hess_cross_entropy.
have p0 := softmax_gt0 u; have p1 := softmax_sum u.
split; first exact: C2_cross_entropy.
split=> //; split; first exact: covariance_psd.
split; first exact: covariance_rank.
split; first exact: covariance_kernel.
split; first exact: grad_cross_entropy.
by apply/(covariance_range p0 p1); rewrite sumB p1 y1; ring.
Qed.

(** Labels that sum to 1 exist: the label of the first class, for which [rho != 0]. *)
Lemma part_fact0_cross_entropy_met (r : nat) : exists y : vec r.+1,
  \sum_(i < r.+1) y i = 1 /\ forall u, r <> 0%nat -> subv (softmax u) y <> zerov.
Proof.
exists (kron ord0); split=> [|u rn].
  exact: sum_kron1.
case: r rn u => // r _ u; move=> /(congr1 (fun v => v ord_max)); rewrite /subv /zerov /kron /=.
by have := softmax_gt0 u ord_max; lra.
Qed.
