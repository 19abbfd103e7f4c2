(** * A threshold below which collapse is stable *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite inertia norms subspaces.
From Geometry.thm41 Require Import heads direction.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Threshold.
Variable F : realFieldType.
Variables s s' s'' : F -> F.
Variables (d m k : nat) (W1 : 'M[F]_(m, d)) (b1 : 'rV[F]_m) (W2 : 'M[F]_(k, m)) (b2 : 'rV[F]_k).
Variables (H : 'M[F]_k) (rho : 'rV[F]_k) (z : 'rV[F]_d).

(** The head of two layers, and its preactivations a at z. *)
Let N : layers F k d := Layer W1 b1 (Last W2 b2).
Let a : 'rV[F]_m := affine W1 b1 z.

(** delta = W_2^T rho. *)
Let delta : 'rV[F]_m := rho *m W2.

Lemma stack_two : stack s s' N z = col_mx W1 0.
Proof. by rewrite /= !mul0mx. Qed.

Lemma quad_two v : quad (effective s s' s'' N H rho z) v =
  quad H (v *m W1^T *m diag_mx (map_mx s' a) *m W2^T)
  + \sum_j delta 0 j * s'' (a 0 j) * (v *m W1^T) 0 j ^+ 2.
Proof.
rewrite quad_effective; congr (_ + _).
  by rewrite /= !trmx_mul tr_diag_mx !mulmxA.
rewrite stack_two tr_col_mx trmx0 mul_mx_row mulmx0 quad_diag big_split_ord /= [X in _ + X]big_ord0 addr0.
by apply: eq_bigr => j _; rewrite mxE !row_mxEl.
Qed.

(** Two layers, hess L > 0: |rho| <= lambda_min(hess L) sigma_min(W_2)^2 min_j s'(a_j)^2 / max_j |s''(a_j)| |W_2 e_j| makes H_eff >= 0. The numbers: r = |rho|, and c_j = |W_2 e_j|; [lambda], [sigma] and [mu] are lower bounds of the least values, [beta] is an upper bound of the largest one (so they may be these values themselves). *)
Theorem part_threshold (lambda sigma mu beta r : F) (c : 'I_m -> F) :
  pd H -> 0 < lambda -> lambda_ge H lambda ->
  (forall u : 'rV_m, sigma ^+ 2 * sqn u <= sqn (u *m W2^T)) ->
  0 <= mu -> (forall j, mu <= s' (a 0 j) ^+ 2) ->
  (forall j, 0 <= c j /\ c j ^+ 2 = sqn (row j W2^T)) ->
  0 < beta -> (forall j, `|s'' (a 0 j)| * c j <= beta) ->
  0 <= r -> r ^+ 2 = sqn rho ->
  r <= lambda * sigma ^+ 2 * mu / beta ->
  psd (effective s s' s'' N H rho z).
Proof.
move=> pH l0 lH sW mu0 smu cW b0 sb r0 rr rle; split=> [|v]; first by apply: sym_effective; case: pH.
rewrite quad_two; set y := v *m W1^T; set u := y *m _.
have uE j : u 0 j = y 0 j * s' (a 0 j) by rewrite /u mul_mx_diag !mxE.
have lam : lambda * sigma ^+ 2 * mu * sqn y <= quad H (u *m W2^T).
  have -> : lambda * sigma ^+ 2 * mu * sqn y = lambda * (sigma ^+ 2 * (mu * sqn y)) by ring.
  apply: le_trans (lH _); apply: ler_wpmul2l; rewrite ?(ltW l0) //.
  apply: le_trans (sW u); apply: ler_wpmul2l; rewrite ?sqr_ge0 // !sqnE mulr_sumr.
  by apply: ler_sum => j _; rewrite uE exprMn [X in X <= _]mulrC; apply: ler_wpmul2l; rewrite ?sqr_ge0.
have int : - (lambda * sigma ^+ 2 * mu * sqn y) <= \sum_j delta 0 j * s'' (a 0 j) * y 0 j ^+ 2.
  rewrite sqnE mulr_sumr -sumrN; apply: ler_sum => j _; rewrite -mulNr.
  apply: ler_wpmul2r; first exact: sqr_ge0.
  rewrite ler_oppl; apply: le_trans (ler_norm _) _; rewrite normrN normrM.
  have dj : `|delta 0 j| <= r * c j.
    have [cj0 cj] := cW j; apply: norm_le_sqr; first by rewrite mulr_ge0.
    have -> : delta 0 j = dot rho (row j W2^T).
      by rewrite dotE /delta mxE; apply: eq_bigr => i _; rewrite !mxE.
    by rewrite exprMn rr cj; apply: cauchy_schwarz.
  apply: le_trans (_ : r * c j * `|s'' (a 0 j)| <= _); first by apply: ler_wpmul2r.
  rewrite -mulrA [c j * _]mulrC; apply: le_trans (_ : r * beta <= _).
    by apply: ler_wpmul2l.
  by rewrite -ler_pdivl_mulr.
by have := ler_add lam int; rewrite subrr.
Qed.

(** If W_1 has full row rank and s'(a_j) != 0, then H_eff >= 0 if and only if W_2^T (hess L) W_2 + diag(delta_j s''(a_j) / s'(a_j)^2) >= 0. *)
Theorem part_threshold_exact :
  sym H -> row_free W1 -> (forall j, s' (a 0 j) != 0) ->
  (psd (effective s s' s'' N H rho z) <->
   psd (W2^T *m H *m W2 + diag_mx (\row_j (delta 0 j * s'' (a 0 j) / s' (a 0 j) ^+ 2)))).
Proof.
move=> sH fW s0.
have q v (u := v *m W1^T *m diag_mx (map_mx s' a)) : quad (effective s s' s'' N H rho z) v =
  quad (W2^T *m H *m W2 + diag_mx (\row_j (delta 0 j * s'' (a 0 j) / s' (a 0 j) ^+ 2))) u.
  rewrite quad_two quad_mxD quad_pull quad_diag; congr (_ + _); apply: eq_bigr => j _.
  have uE : u 0 j = (v *m W1^T) 0 j * s' (a 0 j) by rewrite /u mul_mx_diag [LHS]mxE [map_mx _ _ _ _]mxE.
  rewrite [X in _ = X * _]mxE uE; move: (delta 0 j) ((v *m W1^T) 0 j) => x y.
  by field; exact: s0.
have sE := sym_effective s s' s'' N rho z sH.
split=> [[_ p]|[_ p]]; last by split=> // v; rewrite q.
split=> [|u]; first by apply: symD; [apply: sym_pull | apply: sym_diag].
have uD : diag_mx (map_mx s' a) \in unitmx.
  by rewrite unitmxE det_diag unitfE prodf_seq_neq0; apply/allP => j _; rewrite mxE s0.
have fW1 : row_full W1^T by rewrite /row_full mxrank_tr.
pose v := u *m invmx (diag_mx (map_mx s' a)) *m pinvmx W1^T.
have := p v; rewrite q; suff -> : v *m W1^T *m diag_mx (map_mx s' a) = u by [].
by rewrite /v mulmxKpV ?submx_full // mulmxKV.
Qed.

End Threshold.

Section Attained.
Variable F : realFieldType.

(** The threshold is attained at d = m = k = 1: hess L = 1, W_1 = W_2 = 1, and a unit with s' = 3/4 and s'' = -3/4 (tanh where it is 1/2): for rho >= 0, H_eff >= 0 if and only if rho <= 3/4, which is the threshold. *)
Theorem part_threshold_attained (s : F -> F) (rho : F) :
  let s' (a : F) := 3%:R / 4%:R in let s'' (a : F) := - (3%:R / 4%:R) in
  let one := 1%:M : 'M[F]_1 in
  (psd (effective s s' s'' (Layer one 0 (Last one 0)) one (rho%:M : 'rV_1) (0 : 'rV_1)) <-> rho <= 3%:R / 4%:R) /\
  1 * 1 ^+ 2 * (3%:R / 4%:R) ^+ 2 / (`|- (3%:R / 4%:R)| * 1) = 3%:R / 4%:R :> F.
Proof.
move=> s' s'' one; split; last first.
  have p0 : (0 : F) < 3%:R / 4%:R by rewrite divr_gt0 ?ltr0n.
  by rewrite normrN gtr0_norm //; field.
have sE := sym_effective s s' s'' (Layer one 0 (Last one 0)) (rho%:M : 'rV_1) (0 : 'rV_1) (sym1 F 1).
have q v : quad (effective s s' s'' (Layer one 0 (Last one 0)) one (rho%:M : 'rV_1) (0 : 'rV_1)) v
  = 3%:R / 4%:R * (3%:R / 4%:R - rho) * v 0 0 ^+ 2.
  by rewrite quad_two big_ord1 trmx1 !mulmx1 quad1 sqnE big_ord1 mul_mx_diag !mxE eqxx mulr1n /s' /s''; set y := v 0 0; field; rewrite ?pnatr_eq0.
have p0 : (0 : F) < 3%:R / 4%:R by rewrite divr_gt0 ?ltr0n.
split=> [[_ h]|le].
  by have := h (1%:M : 'rV_1); rewrite q mxE expr1n mulr1 pmulr_rge0 // subr_ge0.
by split=> // v; rewrite q mulr_ge0 ?sqr_ge0 // pmulr_rge0 // subr_ge0.
Qed.

End Attained.
