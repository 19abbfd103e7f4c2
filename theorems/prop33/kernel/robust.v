(** The barrier is not robust: constant heads come as close to isotropy as one likes. *)
From Coq Require Import Reals Lra FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth symmetry quadratic whitening.
From Geometry.prop33 Require Import factor factor_hypotheses.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** The spectral norm of the matrix [A] is at most [e]: [|A v| <= e |v|] for all [v]. *)
Definition spectral_le (m n : nat) (A : mat m n) (e : R) : Prop := forall v, len (mulv A v) <= e * len v.

(** The symmetric matrix [H] has [d] positive eigenvalues: it is positive definite on a subspace of dimension [d],
    the range of an injective matrix [B]. *)
Definition positive_directions (d k : nat) (H : mat k k) : Prop :=
  exists B : mat k d, injective_matrix B /\ forall v, v <> zerov -> 0 < form H (mulv B v) (mulv B v).

(** The heads [sqrt c W]. *)
Definition scaled (d k : nat) (c : R) (W : mat k d) : mat k d := fun a i => sqrt c * W a i.

Lemma entry_le n (v : vec n) i : Rabs (v i) <= len v.
Proof.
rewrite -sqrt_Rsqr_abs /len; apply: sqrt_le_1_alt; rewrite /Rsqr /dot (bigD1 i) //=.
set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: Rle_0_sqr].
Qed.

Lemma len_le_sum n (v : vec n) : len v <= \sum_(i < n) Rabs (v i).
Proof.
set S := \sum_(i < n) _; have S0 : 0 <= S by apply: sum_ge0 => i; exact: Rabs_pos.
rewrite /len -(sqrt_Rsqr S) //; apply: sqrt_le_1_alt; rewrite /Rsqr {1}/S mull_sum; apply: sum_le => i.
rewrite -(Rabs_pos_eq (v i * v i)) ?Rabs_mult; last exact: Rle_0_sqr.
apply: Rmult_le_compat_l; first exact: Rabs_pos.
rewrite /S (bigD1 i) //=; set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: Rabs_pos].
Qed.

(** A matrix with small entries has a small norm. *)
Lemma spectral_entries m n (A : mat m n) (e : R) : (forall i j, Rabs (A i j) <= e) ->
  spectral_le A (INR m * (INR n * e)).
Proof.
move=> small v; apply: Rle_trans (len_le_sum _) _.
have cst p (c : R) : \sum_(i < p) c = INR p * c.
  by elim: p => [|p IH]; [rewrite big_ord0 /=; ring | rewrite big_ord_recl IH S_INR; ring].
have row i : Rabs (mulv A v i) <= INR n * e * len v.
  apply: Rle_trans (sum_abs _) _; rewrite Rmult_assoc -cst; apply: sum_le => j.
  rewrite Rabs_mult; apply: Rmult_le_compat; [exact: Rabs_pos | exact: Rabs_pos | exact: small | exact: entry_le].
by apply: Rle_trans (sum_le row) _; rewrite cst; lra.
Qed.

Lemma spectral_bound m n (A : mat m n) : exists w, 0 < w /\ spectral_le A w.
Proof.
pose S := \sum_(i < m) \sum_(j < n) Rabs (A i j).
have inner i : 0 <= \sum_(j < n) Rabs (A i j) by apply: sum_ge0 => j; exact: Rabs_pos.
have S0 : 0 <= S by exact: sum_ge0.
have term p (F : 'I_p -> R) i : (forall j, 0 <= F j) -> F i <= \sum_(j < p) F j.
  move=> F0; rewrite (bigD1 i) //=; set r := \big[_/_]_(_ | _) _; suff : 0 <= r by lra.
  by rewrite /r; elim/big_ind: _ => [|x y *|j _]; [lra | lra | exact: F0].
have small i j : Rabs (A i j) <= S.
  apply: Rle_trans (term _ (fun i => \sum_(j < n) Rabs (A i j)) i inner).
  by apply: (term _ (fun j => Rabs (A i j)) j) => l; exact: Rabs_pos.
exists (INR m * (INR n * S) + 1); split.
  have := Rmult_le_pos _ _ (pos_INR m) (Rmult_le_pos _ _ (pos_INR n) S0); lra.
by move=> v; apply: Rle_trans (spectral_entries small v) _; have := len_ge0 v; lra.
Qed.

(** Let [L : R^k -> R] be C^2 (so [hess L] is continuous), with [d] positive eigenvalues of [hess L(0)].  Then some
    [W0] has [W0^T hess L(0) W0 = I], and for every radius [R0] and [epsilon > 0] there is [c0 > 0] such that
    for all [0 < c <= c0] the head [W = sqrt c W0] has [|H_eff / c - I| <= epsilon] at all [|z| <= R0].
    (The first sentence of the part; a compact set lies in such a ball.) *)
Theorem part_robust (d k : nat) (L : vec k -> R) :
  (forall u, C2 L u) -> positive_directions d (hess L zerov) ->
  exists W0 : mat k d,
    mulm (tr W0) (mulm (hess L zerov) W0) = multiple_of_identity d 1
    /\ forall R0 epsilon, 0 < R0 -> 0 < epsilon -> exists c0, 0 < c0 /\
       forall c z, 0 < c <= c0 -> len z <= R0 ->
         spectral_le (fun i j => effective L (mulv (scaled c W0)) z i j / c - kron i j) epsilon.
Proof.
move=> LC [B [_ pos]]; set H := hess L zerov in pos *.
have Hs : H = tr H.
  by apply: functional_extensionality => i; apply: functional_extensionality => j; exact: hess_sym.
have Pm : metric (mulm (tr B) (mulm H B)).
  split.
    apply: functional_extensionality => i; apply: functional_extensionality => j; rewrite /tr /mulm.
    under eq_sum => a do rewrite mulr_sum.
    rewrite exchange_sum; apply: eq_sum => b; rewrite mulr_sum; apply: eq_sum => a.
    by rewrite {1}Hs /tr; ring.
  by move=> v v0; rewrite /form !mulv_mulm (dot_mulv (tr B) v); exact: (pos v v0).
have [S SE] := whiten Pm; exists (mulm B S); set W0 := mulm B S.
have I0 : mulm (tr W0) (mulm H W0) = multiple_of_identity d 1.
  have E x y : dot (mulv W0 x) (mulv H (mulv W0 y)) = dot x y.
    by rewrite -SE !mulv_mulm (dot_mulv (tr B) (mulv S x)).
  apply: functional_extensionality => i; apply: functional_extensionality => j.
  have := E (@kron d i) (@kron d j); rewrite {2}/dot sum_kron /multiple_of_identity Rmult_1_r (kronC i j) => <-.
  by apply: eq_sum => a; rewrite -(mulv_mulm H W0) !mulv_kron.
split=> // R0 epsilon Rp ep.
have [w [w0 Wn]] := spectral_bound W0; have [w' [w'0 Wn']] := spectral_bound (tr W0).
have K0 : 0 < INR k * INR k + 1 by have := Rmult_le_pos _ _ (pos_INR k) (pos_INR k); lra.
pose eta := epsilon / (w' * w * (INR k * INR k + 1)).
have ww : 0 < w' * w by apply: Rmult_lt_0_compat.
have eta0 : 0 < eta by apply: Rdiv_lt_0_compat => //; apply: Rmult_lt_0_compat.
have : near zerov (fun u => forall a b, Rabs (hess L u a b - H a b) < eta).
  apply: near_forall => a; apply: near_forall => b.
  have cH : cont (fun u => hess L u a b) zerov by apply: C1_cont_partial; case: (LC zerov).
  exact: (cH _ (locally_ball (H a b : R_UniformSpace) (mkposreal _ eta0))).
move=> /nearP [del Hdel]; have del0 := cond_pos del.
have wR : 0 < w * R0 by apply: Rmult_lt_0_compat.
pose q := del / (2 * (w * R0)); have q0 : 0 < q by apply: Rdiv_lt_0_compat; lra.
exists (q * q); split; first exact: Rmult_lt_0_compat.
move=> c z [c0 cq] zR; have sc0 := sqrt_lt_R0 _ c0; have scc := sqrt_sqrt _ (Rlt_le _ _ c0).
have sq : sqrt c <= q.
  by rewrite -(sqrt_square q); [apply: sqrt_le_1_alt | lra].
have scaledE v : mulv (scaled c W0) v = scalev (sqrt c) (mulv W0 v).
  by apply: functional_extensionality => a; rewrite /mulv /scaled /scalev mulr_sum; apply: eq_sum => i; ring.
have trE v : mulv (tr (scaled c W0)) v = scalev (sqrt c) (mulv (tr W0) v).
  by apply: functional_extensionality => a; rewrite /mulv /tr /scaled /scalev mulr_sum; apply: eq_sum => i; ring.
set u := mulv (scaled c W0) z.
have small a b : Rabs (hess L u a b - H a b) <= eta.
  apply: Rlt_le; apply: Hdel => i; rewrite /zerov Rminus_0_r.
  apply: Rle_lt_trans (entry_le u i) _; rewrite /u scaledE lenZ Rabs_pos_eq; last by lra.
  have b1 : len (mulv W0 z) <= w * R0 by apply: Rle_trans (Wn z) _; apply: Rmult_le_compat_l; lra.
  have b2 := Rmult_le_compat _ _ _ _ (Rlt_le _ _ sc0) (len_ge0 _) sq b1.
  have b3 : q * (w * R0) = del / 2 by rewrite /q; field; lra.
  lra.
pose Dm a b := hess L u a b - H a b.
have Dn : spectral_le Dm (INR k * (INR k * eta)) by exact: spectral_entries.
move=> v.
have E : mulv (fun i j => effective L (mulv (scaled c W0)) z i j / c - kron i j) v = mulv (tr W0) (mulv Dm (mulv W0 v)).
  have A : mulv (effective L (mulv (scaled c W0)) z) v = scalev c (mulv (tr W0) (mulv (hess L u) (mulv W0 v))).
    rewrite (mulv_affine (scaled c W0)) effective_affine // -mulv_affine -/u (mulv_mulm (tr (scaled c W0))) (mulv_mulm (hess L u)) scaledE mulvZ trE mulvZ.
    by apply: functional_extensionality => i; rewrite /scalev -Rmult_assoc scc.
  have Bv : mulv (tr W0) (mulv H (mulv W0 v)) = v.
    rewrite -(mulv_mulm H W0) -(mulv_mulm (tr W0)) I0; apply: functional_extensionality => i; rewrite /mulv /multiple_of_identity.
    by rewrite (eq_sum (G := fun j => kron i j * v j)) ?sum_kron // => j; ring.
  apply: functional_extensionality => i.
  have -> : mulv (fun i j => effective L (mulv (scaled c W0)) z i j / c - kron i j) v i =
      / c * mulv (effective L (mulv (scaled c W0)) z) v i - v i.
    rewrite /mulv mulr_sum -[X in _ = _ - X](sum_kron i v) -sumB; apply: eq_sum => j; field; lra.
  rewrite A /scalev -{2}Bv -Rmult_assoc Rinv_l ?Rmult_1_l; last by lra.
  rewrite /mulv -sumB; apply: eq_sum => a; rewrite -Rmult_minus_distr_l; congr (_ * _).
  by rewrite -sumB; apply: eq_sum => b; rewrite /Dm; ring.
rewrite E; apply: Rle_trans (Wn' _) _.
have n1 : len (mulv Dm (mulv W0 v)) <= INR k * (INR k * eta) * (w * len v).
  apply: Rle_trans (Dn _) _; apply: Rmult_le_compat_l; last exact: Wn.
  by apply: Rmult_le_pos; [exact: pos_INR | apply: Rmult_le_pos; [exact: pos_INR | lra]].
apply: Rle_trans (Rmult_le_compat_l _ _ _ (Rlt_le _ _ w'0) n1) _.
have -> : w' * (INR k * (INR k * eta) * (w * len v)) = (w' * w * (INR k * INR k)) * eta * len v by ring.
apply: Rmult_le_compat_r; first exact: len_ge0.
have -> : epsilon = w' * w * (INR k * INR k + 1) * eta by rewrite /eta; field; split; lra.
apply: Rmult_le_compat_r; first by lra.
by apply: Rmult_le_compat_l; lra.
Qed.

(** The hypotheses are met, for every [d <= k], by the loss [|u|^2 / 2]: any injective [B] will do. *)
Lemma part_robust_met (d k : nat) (B : mat k d) : injective_matrix B ->
  (forall u, C2 (@half_length k) u) /\ positive_directions d (hess (@half_length k) zerov).
Proof.
move=> inj; split; first by move=> u; exact: half_length_C2.
exists B; split=> // v v0; rewrite hess_half_length /form (_ : mulv _ (mulv B v) = mulv B v).
  by apply: dot_gt0 => e; apply: v0; exact: inj.
apply: functional_extensionality => i; rewrite {1}/mulv /multiple_of_identity.
by rewrite (eq_sum (G := fun j => kron i j * mulv B v j)) ?sum_kron // => j; ring.
Qed.
