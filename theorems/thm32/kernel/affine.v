(** Affine heads that are isotropic up to a factor and an error as small as one likes. *)
From Coq Require Import Reals Lra Psatz FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets chain pullback smooth quadratic.
From Geometry.thm32 Require Import necessary.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The matrix [sqrt c U Lambda^(-1/2)], where the columns of [U] are the vectors [U i] and [Lambda] is the
    diagonal matrix of the numbers [lambda i]. *)
Definition whitening (d k : nat) (c : R) (U : 'I_d -> vec k) (lambda : 'I_d -> R) : mat k d :=
  fun a i => sqrt c * (U i a / sqrt (lambda i)).

Lemma norm_le_tr m n (A : mat m n) w : 0 <= w -> norm_le A w -> norm_le (tr A) w.
Proof.
move=> w0 Aw y; have [z|n0] := Req_dec (len (mulv (tr A) y)) 0.
  by rewrite z; apply: Rmult_le_pos => //; exact: len_ge0.
have p : 0 < len (mulv (tr A) y) by have := len_ge0 (mulv (tr A) y); lra.
apply: (Rmult_le_reg_l (len (mulv (tr A) y))) => //; rewrite len_sqr -dot_mulv.
apply: Rle_trans (cauchy_schwarz _ _) _.
have := Rmult_le_compat_l _ _ _ (len_ge0 y) (Aw (mulv (tr A) y)); lra.
Qed.

Section Whitening.
Variables (d k : nat) (H : mat k k) (U : 'I_d -> vec k) (lambda : 'I_d -> R) (c least : R).
Hypothesis orth : forall i j, dot (U i) (U j) = kron i j.
Hypothesis eigen : forall i, mulv H (U i) = scalev (lambda i) (U i).
Hypotheses (least0 : 0 < least) (above : forall i, least <= lambda i) (c0 : 0 < c).
Let W := whitening c U lambda.

Lemma lambda_sqrt i : 0 < sqrt (lambda i) /\ sqrt (lambda i) * sqrt (lambda i) = lambda i.
Proof.
have := above i => le; split; first by apply: sqrt_lt_R0; lra.
by apply: sqrt_sqrt; lra.
Qed.

Lemma dot_columns (f g : 'I_d -> R) :
  dot (fun a => \sum_(i < d) (f i * U i a)) (fun a => \sum_(j < d) (g j * U j a)) = \sum_(i < d) (f i * g i).
Proof.
rewrite /dot; under eq_sum => a do rewrite mull_sum.
rewrite exchange_sum; apply: eq_sum => i.
under eq_sum => a do rewrite mulr_sum.
rewrite exchange_sum -[RHS](sum_kron i (fun j => f i * g j)); apply: eq_sum => j.
by rewrite -(orth i j) /dot mull_sum; apply: eq_sum => a; ring.
Qed.

Lemma whitening_mulv v : mulv W v = fun a => \sum_(i < d) (sqrt c * v i / sqrt (lambda i) * U i a).
Proof.
apply: functional_extensionality => a; apply: eq_sum => i; rewrite /W /whitening.
by have [l0 _] := lambda_sqrt i; field; lra.
Qed.

Lemma whitening_norm : norm_le W (sqrt (c / least)).
Proof.
move=> v; rewrite /len -sqrt_mult; [|by apply: Rlt_le; apply: Rdiv_lt_0_compat|exact: dot_ge0].
apply: sqrt_le_1_alt; rewrite whitening_mulv dot_columns mulr_sum; apply: sum_le => i.
have [l0 ll] := lambda_sqrt i; have cc := sqrt_sqrt _ (Rlt_le _ _ c0).
have -> : sqrt c * v i / sqrt (lambda i) * (sqrt c * v i / sqrt (lambda i)) =
  (sqrt c * sqrt c) * (v i * v i) * / (sqrt (lambda i) * sqrt (lambda i)) by field; lra.
rewrite cc ll /Rdiv (Rmult_assoc c) (Rmult_assoc c (/ least)); apply: Rmult_le_compat_l; first by lra.
rewrite Rmult_comm; apply: Rmult_le_compat_r; first exact: Rle_0_sqr.
exact: Rinv_le_contravar.
Qed.

Lemma whitening_pullback v : mulv (tr W) (mulv H (mulv W v)) = scalev c v.
Proof.
have HW : mulv H (mulv W v) = fun a => \sum_(j < d) (sqrt c * v j * sqrt (lambda j) * U j a).
  apply: functional_extensionality => a; rewrite whitening_mulv /mulv.
  under eq_sum => b do rewrite mulr_sum.
  rewrite exchange_sum; apply: eq_sum => j.
  have := congr1 (fun w => w a) (eigen j); rewrite /mulv /scalev => E.
  have [l0 ll] := lambda_sqrt j.
  rewrite (eq_sum (G := fun b => sqrt c * v j / sqrt (lambda j) * (H a b * U j b))) => [|b]; last by ring.
  by rewrite -mulr_sum E -{2}ll; field; lra.
rewrite HW; apply: functional_extensionality => i; rewrite /mulv /tr /scalev.
have [l0 ll] := lambda_sqrt i; have cc := sqrt_sqrt _ (Rlt_le _ _ c0).
have -> : \sum_(a < k) (W a i * (\sum_(j < d) (sqrt c * v j * sqrt (lambda j) * U j a))) =
    dot (fun a => \sum_(j < d) (kron i j * (sqrt c / sqrt (lambda i)) * U j a))
        (fun a => \sum_(j < d) (sqrt c * v j * sqrt (lambda j) * U j a)).
  apply: eq_sum => a; congr (_ * _).
  rewrite (eq_sum (G := fun j => kron i j * (sqrt c / sqrt (lambda i) * U j a))) => [|j]; last by ring.
  by rewrite sum_kron /W /whitening; field; lra.
rewrite dot_columns (eq_sum (G := fun j => kron i j * (sqrt c / sqrt (lambda i) * (sqrt c * v j * sqrt (lambda j))))).
  by rewrite sum_kron -{3}cc; field; lra.
by move=> j; ring.
Qed.
End Whitening.

(** Let [hess L(u0)] have [d] orthonormal eigenvectors [U i] with eigenvalues [lambda i >= least > 0].  Let [L] be
    C^2 and [hess L] Lipschitz with constant [T] (in the spectral norm) on the ball of radius [r] about
    [u0].  For [c > 0] let [h(z) = u0 + sqrt c U Lambda^(-1/2) z], and let [sqrt(c / least) R <= r].  Then for
    all [|z| <= R]: [M = 0] and [|H_eff / c - I| <= T least^(-3/2) sqrt c R]. *)
Theorem part_affine (d k : nat) (L : vec k -> R) (u0 : vec k) (U : 'I_d -> vec k) (lambda : 'I_d -> R)
    (least T r c R0 : R) :
  (forall i j, dot (U i) (U j) = kron i j) ->
  (forall i, mulv (hess L u0) (U i) = scalev (lambda i) (U i)) ->
  0 < least -> (forall i, least <= lambda i) ->
  (forall u, len (subv u u0) <= r -> C2 L u) ->
  (forall u v, len (subv u u0) <= r -> len (subv v u0) <= r ->
     norm_le (fun a b => hess L u a b - hess L v a b) (T * len (subv u v))) -> 0 <= T ->
  0 < c -> sqrt (c / least) * R0 <= r ->
  let h := affine (whitening c U lambda) u0 in
  forall z, len z <= R0 ->
    interaction L h z = (fun _ _ => 0)
    /\ norm_le (fun i j => effective L h z i j / c - kron i j) (T / (least * sqrt least) * sqrt c * R0).
Proof.
move=> orth eigen least0 above LC lip T0 c0 inside h z zR; set W := whitening c U lambda.
have Wn : norm_le W (sqrt (c / least)) by exact: whitening_norm.
have s0 : 0 < c / least by apply: Rdiv_lt_0_compat.
have q0 := sqrt_lt_R0 _ s0; have qq := sqrt_sqrt _ (Rlt_le _ _ s0).
have hu : subv (h z) u0 = mulv W z by apply: functional_extensionality => a; rewrite /h /affine /subv /addv -/W; ring.
have short : len (mulv W z) <= sqrt (c / least) * R0.
  by apply: Rle_trans (Wn z) _; apply: Rmult_le_compat_l => //; lra.
have hr : len (subv (h z) u0) <= r by rewrite hu; lra.
have u0r : len (subv u0 u0) <= r.
  rewrite (_ : subv u0 u0 = zerov); last by apply: functional_extensionality => a; rewrite /subv /zerov; ring.
  by rewrite {1}/len dot0l sqrt_0; have := len_ge0 (subv (h z) u0); lra.
have M0 : interaction L h z = fun _ _ => 0.
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  rewrite /interaction -[RHS](sum0 k); apply: eq_sum => a.
  by rewrite hess_affine Rmult_0_r.
split=> // v; set D := fun a b => hess L (h z) a b - hess L u0 a b.
have Dn : norm_le D (T * (sqrt (c / least) * R0)).
  move=> y; apply: Rle_trans (lip _ _ hr u0r y) _; rewrite hu.
  by apply: Rmult_le_compat_r; [exact: len_ge0 | apply: Rmult_le_compat_l].
have E : mulv (fun i j => effective L h z i j / c - kron i j) v = scalev (/ c) (mulv (tr W) (mulv D (mulv W v))).
  have A : mulv (effective L h z) v = mulv (tr W) (mulv (hess L (h z)) (mulv W v)).
    rewrite effective_split; [|exact: C2_affine|exact: LC].
    rewrite M0 mulv_addm /gauss_newton !mulv_mulm jac_affine -/W.
    apply: functional_extensionality => i; rewrite /addv.
    have -> : mulv (fun _ _ => 0) v i = 0 by rewrite /mulv -[RHS](sum0 d); apply: eq_sum => j; ring.
    by ring.
  have B := whitening_pullback orth eigen least0 above c0 v; rewrite -/W in B.
  apply: functional_extensionality => i.
  have -> : mulv (fun i j => effective L h z i j / c - kron i j) v i = / c * (mulv (effective L h z) v i - scalev c v i).
    rewrite /mulv /scalev (eq_sum (G := fun j => / c * (effective L h z i j * v j) - kron i j * v j)) => [|j].
      by rewrite sumB sum_kron -mulr_sum; field; lra.
    by field; lra.
  rewrite A -B /scalev; congr (_ * _); rewrite /mulv -sumB; apply: eq_sum => a; rewrite -Rmult_minus_distr_l; congr (_ * _).
  by rewrite -sumB; apply: eq_sum => b; rewrite /D; ring.
rewrite E lenZ Rabs_pos_eq; last by apply: Rlt_le; apply: Rinv_0_lt_compat.
have R00 : 0 <= R0 by have := len_ge0 z; lra.
have n1 := norm_le_tr (Rlt_le _ _ q0) Wn (mulv D (mulv W v)).
have n2 := Dn (mulv W v); have n3 := Wn v.
have t0 : 0 <= T * (sqrt (c / least) * R0) by apply: Rmult_le_pos => //; apply: Rmult_le_pos; lra.
have n4 : len (mulv (tr W) (mulv D (mulv W v))) <=
    sqrt (c / least) * (T * (sqrt (c / least) * R0) * (sqrt (c / least) * len v)).
  apply: Rle_trans n1 _; apply: Rmult_le_compat_l; first by lra.
  by apply: Rle_trans n2 _; apply: Rmult_le_compat_l.
have ic : 0 < / c by apply: Rinv_0_lt_compat.
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ ic) n4) _.
have l0 := sqrt_lt_R0 _ least0; have ll := sqrt_sqrt _ (Rlt_le _ _ least0).
have sE : sqrt (c / least) = sqrt c / sqrt least by apply: sqrt_div_alt.
have -> : / c * (sqrt (c / least) * (T * (sqrt (c / least) * R0) * (sqrt (c / least) * len v))) =
  / c * (sqrt (c / least) * sqrt (c / least)) * T * sqrt (c / least) * R0 * len v by ring.
by rewrite qq sE; apply: Req_le; field; split; lra.
Qed.

(** The hypotheses are met in every dimension, with [T = 1], on the unit ball about [0], by the loss
    [|u|^2 / 2] and the coordinate vectors. *)
Lemma part_affine_met (d : nat) : let L := fun u : vec d => 1 / 2 * dot (subv u zerov) (subv u zerov) in
  (forall i j, dot (@kron d i) (@kron d j) = kron i j)
  /\ (forall i, mulv (hess L zerov) (@kron d i) = scalev 1 (@kron d i))
  /\ (forall u, C2 L u)
  /\ (forall u v, norm_le (fun a b => hess L u a b - hess L v a b) (1 * len (subv u v))).
Proof.
move=> L; have HL u i j : hess L u i j = kron i j * 1 by exact: hess_bowl.
split; first by move=> i j; rewrite /dot sum_kron kronC.
split.
  move=> i; apply: functional_extensionality => a; rewrite /mulv /scalev.
  rewrite (eq_sum (G := fun b => kron a b * kron i b)) => [|b]; last by rewrite HL; ring.
  by rewrite sum_kron; ring.
split; first by move=> u; exact: (bowl_C2 1 zerov u).
move=> u v w; rewrite (_ : mulv _ w = zerov).
  by rewrite {1}/len dot0l sqrt_0 Rmult_1_l; apply: Rmult_le_pos; exact: len_ge0.
apply: functional_extensionality => a; rewrite /mulv /zerov -[RHS](sum0 d); apply: eq_sum => b.
by rewrite !HL; ring.
Qed.
